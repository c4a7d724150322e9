"""From options, packages and account to what a tool is asked for; from a tool's outputs to a stage."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from frontdesk.entrypoints.cli.deploy_tool import Wish
from frontdesk.entrypoints.cli.mending import FOUND, CommandError
from frontdesk.entrypoints.cli.stages import AUDIENCE, Stage, prefix_of
from frontdesk.manifest.shape import Manifest
from frontdesk.packaging.build import INDEX, Packages

if TYPE_CHECKING:  # what talks to AWS is imported where it is used
    from frontdesk.entrypoints.cli.stage_session import Session

__all__ = ["Wish", "deployed", "manifest_of", "variables_of", "wish"]

# What an emulator's schedules are in: it authorises no other group.
_EMULATED = {"schedule_group": "default"}
_URL, _ISSUER, _AUDIENCE, _BUS, _SCHEDULES = "api_url", "issuer", "audience", "bus", "schedule_group"


def variables_of(file: Path | None, sets: Sequence[str]) -> dict[str, Any]:
    """Return what a file and NAME=VALUE texts give; the texts win. Raises CommandError."""
    found = _read(file) if file else {}
    for text in sets:
        name, separator, value = text.partition("=")
        if not separator or not name.isidentifier():
            raise CommandError(f"{text!r} is not NAME=VALUE, as in bus_name=orders.")
        found[name] = _value(value)
    return found


def wish(stage: str, session: Session, folder: Path, variables: Mapping[str, Any]) -> Wish:
    """Return what is to be deployed: the packages in a folder, under these variables."""
    built = msgspec.json.decode((folder / INDEX).read_bytes(), type=Packages)
    own: dict[str, Any] = {
        "stage": stage,
        "region": session.region,
        "manifest": str(folder / built.manifest),
        "packages": {
            name: {"path": str(folder / found.path), "hash": found.hash}
            for name, found in built.packages.items()
        },
        "runtime": built.runtime,
        "architecture": built.architecture,
    }
    if session.endpoint:
        own |= {"emulator": session.endpoint, **_EMULATED}
    return Wish(
        stage, session.region, session.account(), {**own, **variables}, session.environment(), folder.parent
    )


def manifest_of(wish: Wish) -> Manifest:
    """Return what of a wish is the manifest."""
    return msgspec.json.decode(Path(wish.variables["manifest"]).read_bytes(), type=Manifest)


def deployed(wish: Wish, tool: str, outputs: Mapping[str, Any]) -> Stage:
    """Return the stage that a tool has made. Raises CommandError where its outputs do not say where it is."""
    found = {_plain(name): value for name, value in outputs.items()}
    if _URL not in found:
        raise CommandError(f"{tool} did not say where the API is.", exit_status=FOUND)
    url = found[_URL].rstrip("/")
    return Stage(
        name=wish.stage,
        region=wish.region,
        account=wish.account,
        url=url,
        issuer=found.get(_ISSUER, url).rstrip("/"),
        audience=_first(found.get(_AUDIENCE, AUDIENCE)),
        bus=found.get(_BUS, prefix_of(wish.stage)),
        schedules=found.get(_SCHEDULES, prefix_of(wish.stage)),
        tool=tool,
        settings=dict(wish.variables),
        outputs=found,
    )


def _plain(name: str) -> str:
    """Return an output's name as Terraform has it: the CDK's are ApiUrl, ours are api_url."""
    return "".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in name).lstrip("_")


def _first(found: Any) -> str:
    """Return the first of a list; what is none, itself."""
    return str(found[0]) if isinstance(found, list) else str(found)


def _value(text: str) -> Any:
    """Return JSON as its value, and everything else as the text that it is."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text


def _read(file: Path) -> dict[str, Any]:
    try:
        content = file.read_bytes()
        is_json = file.suffix.lower() == ".json"
        found: Any = msgspec.json.decode(content) if is_json else tomllib.loads(content.decode())
    except OSError as error:
        raise CommandError(f"Cannot read {file}: {error.strerror}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CommandError(f"{file.name} cannot be read: {error}") from None
    if not isinstance(found, dict):
        raise CommandError(f"{file.name} must hold variables by name.")
    return found
