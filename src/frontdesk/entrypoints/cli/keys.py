"""`frontdesk keys` and `frontdesk audit`: what access tokens are signed with, and who did what."""

from datetime import UTC, datetime
from itertools import islice
from typing import Annotated, Any

import typer

from frontdesk.entrypoints.cli import show
from frontdesk.entrypoints.cli.connection import connect
from frontdesk.entrypoints.cli.options import DEFAULTS, AtStage, Data, Json, desk_of, group

app = group("The keys that sign access tokens.")


@app.command("list", epilog="Example: frontdesk keys list")
def list_keys(data: Data = DEFAULTS.data, stage: AtStage = "", json: Json = False) -> None:
    """List the keys that are trusted, oldest first, and which of them signs."""
    with connect(desk_of(data, stage)) as api:
        keys = api.get("/keys")["items"]
    _print(keys, json=json)


@app.command(epilog="Example: frontdesk keys rotate")
def rotate(
    at_once: Annotated[
        bool,
        typer.Option(
            "--at-once", help="For a key that leaked: the new one signs now, and no token is good any more."
        ),
    ] = False,
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """Make a new key. It is published for two hours before it signs; old ones are trusted until their tokens end."""
    with connect(desk_of(data, stage)) as api:
        keys = api.post("/keys/rotate", {"at_once": at_once})["items"]
    _print(keys, json=json)


def audit(
    about: Annotated[str | None, typer.Option(help="Only about this account or client.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 100,
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """List sign-ins, failures, grants, revocations and key rotations, newest first."""
    with connect(desk_of(data, stage)) as api:
        acts = list(islice(api.pages("/audit", about=about), limit))
    if json:
        show.as_json(acts)
        return
    rows = [
        (show.moment(act["at"]), act["by"], act["what"], act.get("about"), act.get("detail")) for act in acts
    ]
    show.table(("at", "who", "did", "about", "detail"), rows)


def _print(keys: list[dict[str, Any]], *, json: bool) -> None:
    if json:
        show.as_json(keys)
        return
    now = datetime.now(UTC)
    begun = [key["kid"] for key in keys if datetime.fromisoformat(key["signs_from"]) <= now]
    rows = []
    for key in keys:
        waiting = "published" if key["kid"] not in begun else "trusted"
        state = "signs" if begun and key["kid"] == begun[-1] else waiting
        rows.append((key["kid"], show.moment(key["signs_from"]), state))
    show.table(("key", "signs from", "state"), rows)
