"""`rag serve`, `rag mcp` and `rag keys`; does not know how requests are answered."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rag.cli.shared import Invocation, json_option, print_json
from rag.errors import MissingExtraError, SettingsError

if TYPE_CHECKING:
    from rag.server.keys import KeyFile
    from rag.settings import Settings


@click.command()
@click.option("--host", help="Address to listen at [server.host].")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; 0 takes any [server.port].")
@click.option(
    "--collection",
    "collections",
    metavar="NAME=INDEX",
    multiple=True,
    help="Serve the index at INDEX under NAME [server.collections]. Repeatable.",
)
@click.option("--allow-write", is_flag=True, help="Let MCP clients change the index.")
@click.option("--strict", is_flag=True, help="Send OpenAI clients only what OpenAI sends.")
@click.option("--open", "opens", is_flag=True, help="Open the page in the browser.")
@click.pass_obj
def serve(
    invocation: Invocation,
    host: str | None,
    port: int | None,
    collections: tuple[str, ...],
    allow_write: bool,
    strict: bool,
    opens: bool,
) -> None:
    """Serve the index to people, chatbots and agents over HTTP.

    A page for people is at the address it prints; chatbots find OpenAI's API under /v1, the
    retrieval-plugin API at /query and MCP at /mcp. Without a key only this machine can ask.
    """
    settings = _with_options(
        invocation,
        {
            "server.host": host,
            "server.port": port,
            "server.collections": _named(collections) or None,
            "server.allow_write": allow_write or None,
            "server.openai_strict": strict or None,
        },
    )
    _require_extra()
    from rag.server.run import serve as run

    def ready(address: str) -> None:
        click.echo(f"rag is at {address} (stop with Ctrl-C)")
        if opens:
            click.launch(_on_this_machine(address))

    run(settings, ready=ready)


@click.command()
@click.option(
    "--collection",
    "collections",
    metavar="NAME=INDEX",
    multiple=True,
    help="Offer the index at INDEX under NAME [server.collections]. Repeatable.",
)
@click.option("--allow-write", is_flag=True, help="Offer tools that change the index.")
@click.pass_obj
def mcp(invocation: Invocation, collections: tuple[str, ...], allow_write: bool) -> None:
    """Offer the index to the MCP client that starts this command.

    It speaks over stdin and stdout; clients that call an address find MCP at /mcp of `rag serve`.
    """
    settings = _with_options(
        invocation,
        {
            "server.collections": _named(collections) or None,
            "server.allow_write": allow_write or None,
        },
    )
    _require_extra("mcp")
    from rag.server.mcp_stdio import run_stdio

    run_stdio(settings)


@click.group()
def keys() -> None:
    """Make, list and revoke the keys of `rag serve`.

    Only a hash of each is kept, in a file that nobody else can read.
    """


@keys.command()
@click.argument("name")
@click.option(
    "--collection",
    "collections",
    metavar="NAME",
    multiple=True,
    help="Open this collection only. Repeatable.",
)
@click.option("--write", is_flag=True, help="Allow adding and removing documents.")
@click.pass_obj
def create(invocation: Invocation, name: str, collections: tuple[str, ...], write: bool) -> None:
    """Make a key called NAME and print it, once."""
    settings = invocation.load_settings().settings
    known = list(settings.server.collections) or ["default"]
    unknown = [one for one in collections if one not in known]
    if unknown:
        raise SettingsError(f"no collection {unknown[0]!r}; there are: {', '.join(known)}")
    click.echo(_file(settings).create(name, collections=collections or None, can_write=write))


@keys.command("list")
@json_option
@click.pass_obj
def list_keys(invocation: Invocation, as_json: bool) -> None:
    """List the keys by name, with what each opens."""
    found = _file(invocation.load_settings().settings).keys()
    if as_json:
        names = ("name", "collections", "can_write", "created")
        print_json({"keys": [{name: getattr(key, name) for name in names} for key in found]})
        return
    for key in found:
        opened = "all" if key.collections is None else ",".join(key.collections)
        click.echo(f"{key.name}\t{'write' if key.can_write else 'read'}\t{opened}\t{key.created}")


@keys.command()
@click.argument("name")
@click.pass_obj
def revoke(invocation: Invocation, name: str) -> None:
    """Take the key called NAME away, at once."""
    _file(invocation.load_settings().settings).revoke(name)


def _file(settings: "Settings") -> "KeyFile":
    _require_extra()
    from rag.server.app import keys_path
    from rag.server.keys import KeyFile

    return KeyFile(keys_path(settings))


def _with_options(invocation: Invocation, given: dict[str, object]) -> "Settings":
    """Return the settings with what was given on the command line over them."""
    from rag.settings import load_settings

    overrides = {name: value for name, value in given.items() if value is not None}
    if invocation.index is not None:
        overrides["index_dir"] = invocation.index
    return load_settings(config=invocation.config, overrides=overrides).settings


def _on_this_machine(address: str) -> str:
    """Return an address that a browser here can open: "all addresses" is none."""
    return address.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")


def _named(pairs: tuple[str, ...]) -> dict[str, Path]:
    named = {}
    for pair in pairs:
        name, found, path = pair.partition("=")
        if not found or not path:
            raise click.BadParameter(f"{pair!r} is not NAME=INDEX", param_hint="--collection")
        named[name] = Path(path)
    return named


def _require_extra(*needed: str) -> None:
    if any(find_spec(name) is None for name in (*needed, "fastapi", "uvicorn")):
        raise MissingExtraError(
            "the server needs the extra `server`; run: pip install 'rag[server]'"
        )
