"""The stages that were deployed from here: a small file for each, found again from AWS where it is missing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from frontdesk.entrypoints.cli.mending import CommandError

FOLDER = Path(".frontdesk") / "stages"  # in the folder that commands are given in
PRODUCTION = "production"
AUDIENCE = "frontdesk"

# 24 characters: the longest name that AWS knows a part of a stage by has 64.
_NAME = r"^(dev|staging|production|(preview|dev)-[a-z0-9]([a-z0-9-]*[a-z0-9])?)(?!\n)$"
StageName = Annotated[str, Meta(pattern=_NAME, max_length=24)]


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """One deployed stage: where it is, how it is reached, and what it was deployed with."""

    name: StageName
    region: str
    account: str
    url: str
    issuer: str
    audience: str = AUDIENCE
    bus: str = ""
    schedules: str = ""  # its schedule group
    tool: str = ""  # that it was deployed with, "" where nobody remembers
    settings: dict[str, Any] = {}
    outputs: dict[str, Any] = {}

    @property
    def prefix(self) -> str:
        """What the names of everything that it owns begin with."""
        return prefix_of(self.name)


def prefix_of(name: str) -> str:
    """Return what everything of a stage is named after."""
    return f"frontdesk-{name}"


def checked(name: str) -> str:
    """Return the name of a stage. Raises CommandError for what cannot be one."""
    try:
        return msgspec.convert(name, StageName)
    except msgspec.ValidationError:
        raise CommandError(
            f"{name!r} cannot be the name of a stage. A stage is dev, staging or production, preview-<branch>, or "
            "dev-<name>: small letters, digits and dashes, 24 characters at most."
        ) from None


def remember(stage: Stage, folder: Path = FOLDER) -> Path:
    """Write down how a stage is reached, and return where."""
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / f"{stage.name}.json"
    place.write_bytes(msgspec.json.format(msgspec.json.encode(stage), indent=2))
    return place


def remembered(name: str, folder: Path = FOLDER) -> Stage | None:
    """Return a stage that was deployed from here, None if it was not."""
    try:
        return msgspec.json.decode((folder / f"{checked(name)}.json").read_bytes(), type=Stage)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def forget(name: str, folder: Path = FOLDER) -> None:
    """Take back what `remember` wrote."""
    (folder / f"{name}.json").unlink(missing_ok=True)


def find(name: str, *, region: str = "") -> Stage:
    """Return a deployed stage: as it is remembered here, else as AWS knows it. Raises CommandError."""
    known = remembered(name)
    if known is not None and region in {"", known.region}:
        return known
    from frontdesk.entrypoints.cli.stage_session import Session  # noqa: PLC0415 - it needs the SDK

    found = _as_aws_knows(Session(region), checked(name))
    if found is None:
        raise CommandError(
            f"There is no stage {name} here and none in this account and region. See --region."
        )
    return found


def _as_aws_knows(session: Any, name: str) -> Stage | None:
    apis = session.client("apigatewayv2")
    api = next((api for api in _pages(apis.get_apis) if api["Name"] == prefix_of(name)), None)
    if api is None:
        return None
    jwt: Mapping[str, Any] = next(
        (
            authorizer["JwtConfiguration"]
            for authorizer in _pages(apis.get_authorizers, ApiId=api["ApiId"])
            if "JwtConfiguration" in authorizer
        ),
        {},
    )
    url = api["ApiEndpoint"].rstrip("/")
    return Stage(
        name=name,
        region=session.region,
        account=session.account(),
        url=url,
        issuer=jwt.get("Issuer", url).rstrip("/"),
        audience=next(iter(jwt.get("Audience", ())), AUDIENCE),
        bus=prefix_of(name),
    )


def _pages(ask: Any, **question: str) -> Any:
    """Give the items of every page of API Gateway's lists."""
    more: dict[str, str] = {}
    while True:
        page = ask(**question, **more)
        yield from page.get("Items", ())
        if not page.get("NextToken"):
            return
        more = {"NextToken": page["NextToken"]}
