"""`frontdesk dead-letters`: what a subscriber could not take in, and what is to become of it."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Annotated, Any

import typer

from frontdesk.entrypoints.cli import show
from frontdesk.entrypoints.cli.connection import Api, connect
from frontdesk.entrypoints.cli.mending import CommandError
from frontdesk.entrypoints.cli.options import DEFAULTS, AtStage, Data, DryRun, Json, desk_of, group

PATH = "/operations/dead-letters"
AT_ONCE = 1_000  # letters that one command settles

Subscriber = Annotated[str, typer.Option(help="Only those of this subscriber.")]
Event = Annotated[str, typer.Option(help='Only those about this event, such as "Order Created".')]
Cause = Annotated[str, typer.Option(help="Only those whose cause begins so.")]
Ids = Annotated[list[str] | None, typer.Argument(help="Letters by id, as the list shows them.")]
Limit = Annotated[int, typer.Option(min=1, max=AT_ONCE, help="How many at most, oldest first.")]

app = group("Messages that a subscriber could not take in: look, mend the cause, then redrive or discard.")


@app.command("list", epilog="Example: frontdesk dead-letters list --subscriber accounting-journal")
def list_letters(
    subscriber: Subscriber = "",
    event: Event = "",
    cause: Cause = "",
    limit: Limit = 100,
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """List dead letters by subscriber, oldest first."""
    with connect(desk_of(data, stage)) as api:
        letters = _chosen(api, subscriber, event, cause, limit)
    if json:
        show.as_json(letters)
    else:
        _print(letters)


@app.command("show", epilog="Example: frontdesk dead-letters show accounting-journal:1042")
def show_letter(
    letter: Annotated[str, typer.Argument(help="The letter's id, as the list shows it.")],
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """Show a dead letter: its cause, what its event says, and what its source published around it."""
    with connect(desk_of(data, stage)) as api:
        found = api.get(f"{PATH}/{letter}")
    if json:
        show.as_json(found)
        return
    show.details((name.replace("_", " "), text) for name, text in found["letter"].items())
    show.title("Event")
    show.as_json(found["body"])
    show.title("Story of its source")
    show.table(
        ("at", "event", "message"),
        [(show.moment(fact["at"]), fact["event"], fact["message_id"]) for fact in found["story"]],
    )


@app.command(epilog='Example: frontdesk dead-letters redrive --cause "unavailable" --limit 1000 --dry-run')
def redrive(
    ids: Ids = None,
    subscriber: Subscriber = "",
    event: Event = "",
    cause: Cause = "",
    limit: Limit = 100,
    reason: Annotated[str, typer.Option(help="Why, for the audit.")] = "",
    dry_run: DryRun = False,
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """Hand dead letters to their subscribers again. Name them, or choose with the options."""
    body = {"reason": reason} if reason else {}
    with connect(desk_of(data, stage)) as api:
        letters = _settle(api, "redrive", ids, (subscriber, event, cause, limit), body, dry_run=dry_run)
    _report(letters, "redriven", dry_run=dry_run, json=json)


@app.command(
    epilog='Example: frontdesk dead-letters discard accounting-journal:1042 --reason "booked by hand"'
)
def discard(
    reason: Annotated[str, typer.Option(help="Why it is right that this never takes effect.")],
    ids: Ids = None,
    subscriber: Subscriber = "",
    event: Event = "",
    cause: Cause = "",
    limit: Limit = 100,
    dry_run: DryRun = False,
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """Give dead letters up for ever. Name them, or choose with the options."""
    with connect(desk_of(data, stage)) as api:
        chosen = (subscriber, event, cause, limit)
        letters = _settle(api, "discard", ids, chosen, {"reason": reason}, dry_run=dry_run)
    _report(letters, "discarded", dry_run=dry_run, json=json)


@app.command(epilog="Example: frontdesk dead-letters audit --limit 20")
def audit(limit: Limit = 100, data: Data = DEFAULTS.data, stage: AtStage = "", json: Json = False) -> None:
    """List who redrove or discarded what, when and why; newest first."""
    with connect(desk_of(data, stage)) as api:
        entries = list(islice(api.pages(f"{PATH}/audit"), limit))
    if json:
        show.as_json(entries)
        return
    columns = ("at", "who", "did", "letter", "event", "why")
    show.table(columns, map(_audit_row, entries))


def _settle(
    api: Api,
    what: str,
    ids: list[str] | None,
    choice: tuple[str, str, str, int],
    body: Mapping[str, str],
    *,
    dry_run: bool,
) -> list[Any]:
    """Choose first, then do it to these and no others: so a repeated request does no more than the first."""
    if bool(ids) == any(choice[:3]):
        raise CommandError("Name letters by id, or choose them with --subscriber, --event or --cause.")
    if ids and len(ids) > AT_ONCE:
        raise CommandError(f"At most {AT_ONCE} letters at once.")
    letters = [api.get(f"{PATH}/{id}")["letter"] for id in ids] if ids else _chosen(api, *choice)
    if dry_run or not letters:
        return letters
    settled: list[Any] = api.post(f"{PATH}/{what}", {"ids": [letter["id"] for letter in letters], **body})[
        "items"
    ]
    return settled


def _chosen(api: Api, subscriber: str, event: str, cause: str, limit: int) -> list[Any]:
    found: Iterator[Any] = api.pages(PATH, subscriber=subscriber, event=event, cause=cause)
    return list(islice(found, limit))


def _report(letters: list[Any], done: str, *, dry_run: bool, json: bool) -> None:
    if json:
        show.as_json({"dry_run": dry_run, "items": letters})
        return
    _print(letters)
    show.note(f"{len(letters)} would be {done}." if dry_run else f"{len(letters)} {done}.")


def _print(letters: list[Any]) -> None:
    now = datetime.now(UTC)
    columns = ("letter", "event", "age", "tries", "cause")
    show.table(columns, [_row(letter, now) for letter in letters], right=("age", "tries"))


def _row(letter: Mapping[str, Any], now: datetime) -> tuple[object, ...]:
    age = now - datetime.fromisoformat(letter["at"])
    return letter["id"], letter["event"], _short(age), letter["tries"], letter["cause"]


def _short(age: timedelta) -> str:
    """Return an age in its largest unit: 3d, 5h, 12m or 40s."""
    seconds = max(0, int(age.total_seconds()))
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def _audit_row(entry: Mapping[str, Any]) -> tuple[object, ...]:
    deed = entry["deed"]
    did = (show.moment(deed["at"]), deed["by"], deed["action"])
    return *did, entry["letter_id"], entry["event"], deed["reason"]
