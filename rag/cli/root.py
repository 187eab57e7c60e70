"""The `rag` command: its options, where its commands are and what an error looks like.

It does not know what any command does: each is imported when it is named.
"""

import io
import sys
from difflib import get_close_matches
from errno import EACCES, EDQUOT, ENOSPC, EPERM, EROFS
from importlib import import_module
from importlib.metadata import EntryPoint, PackageNotFoundError, entry_points, version
from pathlib import Path
from typing import Any, NoReturn

import click

from rag.cli import INTERRUPTED
from rag.cli.shared import Invocation, printable
from rag.errors import MissingExtraError, RagError

PLUGINS = "rag.commands"
# Not to be mended in this program: no permission, a read-only or full disk, a full quota.
SURROUNDINGS = frozenset({EACCES, EPERM, EROFS, ENOSPC, EDQUOT})
COMMANDS = {
    "add": "rag.cli.indexing:add",
    "sync": "rag.cli.indexing:sync",
    "remove": "rag.cli.indexing:remove",
    "list": "rag.cli.indexing:list_sources",
    "status": "rag.cli.indexing:status",
    "search": "rag.cli.searching:search",
    "ask": "rag.cli.asking:ask",
    "chat": "rag.cli.chatting:chat",
    "show": "rag.cli.showing:show",
    "similarity": "rag.cli.doctoring:similarity",
    "doctor": "rag.cli.doctoring:doctor",
    "serve": "rag.cli.serving:serve",
    "mcp": "rag.cli.serving:mcp",
    "keys": "rag.cli.serving:keys",
    "prompts": "rag.cli.prompting:prompts",
    "settings": "rag.cli.configuring:settings",
}
HELP = """
Ask questions over your documents; every claim is traced to the words of a source.

\b
rag add docs/            index a folder
rag ask "What is …?"     get a cited answer
rag show 1               read the first citation in its context
"""
EPILOG = """
\b
Exit codes:
  0    done; also when the documents do not answer the question
  1    any other error; also when the reader of a pipe leaves early
  2    a wrong option, setting or prompt, or a missing extra
  3    some documents could not be read (the others were indexed)
  4    the embedding model cannot be loaded or used
  5    the index is missing, locked, damaged or built with other settings
  6    the question, filter or citation cannot be searched for
  7    the chat model did not answer
  8    a benchmark's spec, data set or result cannot be used
  130  interrupted

Results go to stdout, all talk to stderr; in a pipe both are plain, as with NO_COLOR. `rag settings`
shows every setting; each can be given in rag.toml or as a variable such as RAG_RETRIEVAL__K.
"""


class CommandGroup(click.Group):
    """Finds commands by name, here or behind the entry points of `rag.commands`."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return our own commands in the order they are used, then those of other packages."""
        return [*COMMANDS, *sorted(set(_plugins()) - set(COMMANDS))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the command `cmd_name`; None if there is none."""
        if cmd_name in COMMANDS:
            module, _, name = COMMANDS[cmd_name].partition(":")
            command = getattr(import_module(module), name)
            assert isinstance(command, click.Command)
            return command
        plugin = _plugins().get(cmd_name)
        return None if plugin is None else _load_plugin(plugin)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command named first; a misspelt one gets a suggestion."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = get_close_matches(args[0], self.list_commands(ctx), n=1)
            if not near:
                raise
            raise click.UsageError(f"{error.message} Did you mean '{near[0]}'?", ctx) from error

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's signature
        """Run the command; a user's error becomes its one line and its exit code."""
        _never_fail_to_print()
        try:
            return super().invoke(ctx)
        except RagError as error:
            _exit_with(str(error) or type(error).__name__, error.exit_code)
        except OSError as error:
            if error.errno not in SURROUNDINGS:
                raise
            _exit_with(f"{error.strerror}: {error.filename or 'writing the output'}", 1)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(INTERRUPTED)


def _plugins() -> dict[str, EntryPoint]:
    return {plugin.name: plugin for plugin in entry_points(group=PLUGINS)}


def _load_plugin(plugin: EntryPoint) -> click.Command:
    """Load another package's command; one that lacks a dependency says so when it is run."""
    try:
        command = plugin.load()
    except ImportError as error:
        return _unusable(plugin, error)
    assert isinstance(command, click.Command)
    return command


def _unusable(plugin: EntryPoint, cause: ImportError) -> click.Command:
    reason = f"`rag {plugin.name}` cannot be loaded: {cause}"

    def refuse() -> NoReturn:
        raise MissingExtraError(f"{reason}; install what it needs") from cause

    return click.Command(plugin.name, callback=refuse, short_help="(cannot be loaded)")


def _never_fail_to_print() -> None:
    """Let an odd file name or an old code page show as an escape instead of a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _exit_with(message: str, code: int) -> NoReturn:
    for line in message.splitlines():
        click.echo(f"error: {printable(line)}", err=True)
    sys.exit(code)


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        try:
            click.echo(f"rag {version('rag')}")
        except PackageNotFoundError:
            click.echo("rag (run from its source, not installed)")
        ctx.exit()


@click.command(
    cls=CommandGroup,
    help=HELP,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--index",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the index lives.  [default: .rag, or index_dir in rag.toml]",
)
@click.option(
    "--config",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Settings file.  [default: the nearest rag.toml in this folder or one above it]",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)
@click.pass_context
def cli(ctx: click.Context, index: Path | None, config: Path | None) -> None:
    """Keep what stands before the command for the command."""
    ctx.obj = Invocation(index, config)
