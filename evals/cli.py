"""The `bench` command: its subcommands and where they are; does not know what any of them does."""

from difflib import get_close_matches
from importlib import import_module
from pathlib import Path

import click

COMMANDS = {
    "run": "evals.commands.run:run",
    "plan": "evals.commands.plan:plan",
    "report": "evals.commands.report:report",
    "compare": "evals.commands.compare:compare",
    "check": "evals.commands.check:check",
    "export": "evals.commands.export:export",
    "calibrate": "evals.commands.calibrate:calibrate",
    "repro": "evals.commands.repro:repro",
    "validate": "evals.commands.validate:validate",
    "draft": "evals.commands.draft:draft",
    "get": "evals.commands.get:get",
}
HELP = """
Compare retrieval settings: which is best, and how sure.

\b
rag bench plan SPEC.yaml     what a run would do, embed and be able to show
rag bench SPEC.yaml          run it; a second run embeds nothing
rag bench export RESULT      write the recommended settings to rag.toml
"""


class BenchGroup(click.Group):
    """Imports a subcommand when it is named; a file in its place is a spec to run."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the subcommands in the order they are used."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the subcommand `cmd_name`; None if there is none."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command = getattr(import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Take `rag bench SPEC.yaml` for `rag bench run SPEC.yaml`."""
        if args and args[0] not in COMMANDS and _names_spec(args[0]):
            return super().resolve_command(ctx, ["run", *args])
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = get_close_matches(args[0], COMMANDS, n=1)
            if not near:
                raise
            raise click.UsageError(f"{error.message} Did you mean '{near[0]}'?", ctx) from error


def _names_spec(word: str) -> bool:
    return Path(word).suffix in (".yaml", ".yml") or Path(word).is_file()


@click.command(cls=BenchGroup, help=HELP, context_settings={"help_option_names": ["-h", "--help"]})
def bench() -> None:
    """Hold the subcommands."""
