"""`frontdesk reference`: write what the code declares, and what these commands say of themselves, as Markdown."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from frontdesk.entrypoints.cli import show

if TYPE_CHECKING:  # a server's declarations are this command's alone
    from frontdesk.entrypoints.reference.blocks import Block, Page

PROGRAM = "frontdesk"
SCHEMA = "manifest.schema.json"


def reference(
    out: Annotated[Path, typer.Option(help="The folder to write to.")] = Path("docs/reference"),
) -> None:
    """Write the reference: API, events, states, errors, metrics, commands, a stage on AWS and its manifest's schema."""
    out.mkdir(parents=True, exist_ok=True)
    for name, text in files().items():
        (out / name).write_text(text, encoding="utf-8")
        show.note(f"{out / name}")


def files() -> dict[str, str]:
    """Return the text of every file of the reference, by name."""
    from frontdesk import bootstrap  # noqa: PLC0415 - as above
    from frontdesk.entrypoints.cli.describe import manifest_of  # noqa: PLC0415
    from frontdesk.entrypoints.operations import OPERATIONS  # noqa: PLC0415
    from frontdesk.entrypoints.reference.deployment import deployment  # noqa: PLC0415
    from frontdesk.entrypoints.reference.markdown import as_markdown  # noqa: PLC0415
    from frontdesk.entrypoints.reference.pages import reference as pages  # noqa: PLC0415
    from frontdesk.manifest.schema import schema  # noqa: PLC0415

    shown = [page for page in pages((*bootstrap.choose(), OPERATIONS)) if page.name != "index"]
    shown += [deployment(manifest_of("").deployment), command_line()]
    return {f"{page.name}.md": as_markdown(page) for page in shown} | {SCHEMA: show.json_text(schema())}


def command_line() -> "Page":
    """Return the page of all commands."""
    from frontdesk.entrypoints.cli.main import STATUSES, app  # noqa: PLC0415 - it adds this very command
    from frontdesk.entrypoints.reference.blocks import Page, Text  # noqa: PLC0415

    root = typer.main.get_command(app)
    about = "Defaults are those of an empty environment; `--help` shows the ones that hold where it is asked."
    return Page("command-line", "Command line", [Text(STATUSES), Text(about), *_commands(PROGRAM, root)])


def _commands(path: str, command: Any) -> Iterator["Block"]:
    """Give the blocks of a command; of a group, those of each of its commands."""
    for name, child in getattr(command, "commands", {}).items():
        if getattr(child, "commands", None):
            yield from _group(f"{path} {name}", child)
        elif not child.hidden:
            yield from _command(f"{path} {name}", child, level=2 if path == PROGRAM else 3)


def _group(path: str, group: Any) -> Iterator["Block"]:
    from frontdesk.entrypoints.reference.blocks import Heading, Text  # noqa: PLC0415 - as above

    yield Heading(2, path)
    yield Text(_plain(group.help))
    yield from _commands(path, group)


def _command(path: str, command: Any, *, level: int) -> Iterator["Block"]:
    from frontdesk.entrypoints.reference.blocks import Heading, Table, Text  # noqa: PLC0415 - as above

    yield Heading(level, path)
    yield Text(_plain(command.help))
    rows = [_parameter(parameter) for parameter in command.params if parameter.name != "help"]
    if rows:
        yield Table(("Argument or option", "Default", "What it does"), rows)
    if command.epilog:
        before, _, example = _plain(command.epilog).partition(": ")
        yield Text(f"{before}: `{example}`")


def _parameter(parameter: Any) -> tuple[str, str, str]:
    names = " ".join([*parameter.opts, *parameter.secondary_opts])
    shown = parameter.human_readable_name.upper() if parameter.param_type_name == "argument" else names
    return f"`{shown}`", _default(parameter), _plain(parameter.help)


def _default(parameter: Any) -> str:
    if parameter.required:
        return "required"
    if isinstance(parameter.show_default, str):  # it depends on the machine, and says how
        return parameter.show_default
    nothing = parameter.default in (None, "", (), []) or parameter.default is False
    return "none" if nothing else f"`{parameter.default}`"


def _plain(text: str | None) -> str:
    """Return a help text on one line, without Rich's marks."""
    return " ".join((text or "").split()).replace("[b]", "`").replace("[/b]", "`")
