"""What the operator of a desk can do over HTTP, declared as every service declares its routes."""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from frontdesk.kernel import limits
from frontdesk.kernel.errors import NotFound
from frontdesk.kernel.http import Route
from frontdesk.kernel.services import Service
from frontdesk.kernel.shapes import Body, Title
from frontdesk.kernel.unit import Unit
from frontdesk.letters import (
    SETTLED_AT_ONCE,
    Action,
    Audited,
    Choice,
    DeadLetter,
    DeadLetters,
    Deed,
    Fact,
    OpenedLetter,
)

LetterId = Annotated[str, Meta(pattern=r"^[\w.:@-]+(?!\n)$", max_length=limits.PATH_VALUE_CHARS)]
LetterIds = Annotated[tuple[LetterId, ...], Meta(min_length=1, max_length=SETTLED_AT_ONCE)]
Words = Annotated[str, Meta(max_length=200)]


class Paging(Body, frozen=True):
    """Which part of a list."""

    cursor: Words = ""
    limit: Annotated[int, Meta(ge=1, le=limits.PAGE_MAX)] = limits.PAGE_DEFAULT


class ListLetters(Paging, frozen=True):
    """Which letters: of this subscriber, about this event, whose cause begins so."""

    subscriber: Words = ""
    event: Words = ""
    cause: Words = ""


class Redrive(Body, frozen=True):
    """Try these again from the beginning."""

    ids: LetterIds
    reason: Title | None = None


class Discard(Body, frozen=True):
    """Give these up for ever. Their effect is missing from then on, so somebody has to say why that is right."""

    ids: LetterIds
    reason: Title


class LetterList(msgspec.Struct, frozen=True):
    """Part of a list. Ask again with `cursor` for what follows, also after an empty page; without one it ends here."""

    items: tuple[DeadLetter, ...]
    cursor: str | None = None


class LetterView(msgspec.Struct, frozen=True):
    """A letter with what its event says, and what its source published around it, oldest first."""

    letter: DeadLetter
    schema: int
    body: dict[str, Any]
    story: tuple[Fact, ...]


class Settled(msgspec.Struct, frozen=True):
    """The letters that it was done to: those that were still there."""

    items: tuple[DeadLetter, ...]


class AuditList(msgspec.Struct, frozen=True):
    """What was done, newest first. Ask again with `cursor` for what follows."""

    items: tuple[Audited, ...]
    cursor: str | None = None


async def list_letters(unit: Unit, query: ListLetters) -> LetterList:
    """Return part of the dead letters, by subscriber and age."""
    choice = Choice(query.subscriber, query.event, query.cause)
    letters, cursor = await _letters(unit).page(choice, query.cursor, query.limit)
    return LetterList(tuple(letters), cursor or None)


async def show_letter(unit: Unit, id: str) -> LetterView:
    """Return one dead letter. Raises NotFound."""
    found: OpenedLetter | None = await _letters(unit).open(id)
    if found is None:
        raise NotFound
    return LetterView(found.letter, found.schema, msgspec.json.decode(found.body), found.story)


async def redrive_letters(unit: Unit, command: Redrive) -> Settled:
    """Hand letters to their subscribers again. One that is no longer there is left out."""
    return await _settle(unit, command.ids, Action.REDRIVE, command.reason or "")


async def discard_letters(unit: Unit, command: Discard) -> Settled:
    """Give letters up. One that is no longer there is left out."""
    return await _settle(unit, command.ids, Action.DISCARD, command.reason)


async def list_deeds(unit: Unit, query: Paging) -> AuditList:
    """Return what operators did to dead letters."""
    entries, cursor = await _letters(unit).audit(query.cursor, query.limit)
    return AuditList(tuple(entries), cursor or None)


async def _settle(unit: Unit, ids: Sequence[str], action: Action, reason: str) -> Settled:
    deed = Deed(action, unit.caller.subject, unit.now, reason)
    return Settled(tuple(await _letters(unit).settle(ids, deed)))


def _letters(unit: Unit) -> DeadLetters:
    return unit.provider(DeadLetters)  # type: ignore[type-abstract]  # a port is asked for by its type


def _same(result: Any) -> Any:
    return result


def _route(
    method: str, path: str, handle: Any, returns: type[msgspec.Struct], summary: str, **more: Any
) -> Route:
    return Route(
        method, f"/operations/dead-letters{path}", handle, _same, returns, summary, ("operate",), **more
    )


OPERATIONS = Service(
    name="operations",
    routes=(
        _route("GET", "", list_letters, LetterList, "List dead letters", query=ListLetters),
        _route("GET", "/audit", list_deeds, AuditList, "List what was done to dead letters", query=Paging),
        _route("GET", "/{id}", show_letter, LetterView, "Show a dead letter"),
        _route("POST", "/redrive", redrive_letters, Settled, "Try dead letters again", body=Redrive),
        _route("POST", "/discard", discard_letters, Settled, "Give dead letters up", body=Discard),
    ),
    scopes={"operate": "see to the desk itself: dead letters"},
    needs=(DeadLetters,),
)
