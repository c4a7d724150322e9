"""The pages behind links. Showing one changes nothing: apps fetch addresses to preview them. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import groupby

import msgspec

from frontdesk.kernel.http import Document
from frontdesk.services.appointments.answers.deciding import Outcome
from frontdesk.services.appointments.answers.html import (
    button,
    choice,
    link,
    notice,
    page,
    paragraph,
    second_thoughts,
)
from frontdesk.services.appointments.answers.links import LETTERS, Scope
from frontdesk.services.appointments.answers.words import WORDS
from frontdesk.services.appointments.booking.states import State
from frontdesk.services.appointments.dates import say_day
from frontdesk.services.appointments.hours.clock import to_local

STAMP_DIGITS = 11  # until the year 5138


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """What a page tells: no word of the patient. `scopes` are those that can still be used.

    `language` is one of those that are spoken. `token` is in the reader's hands already.
    """

    token: str
    language: str
    clinic: str
    doctor: str
    state: State
    start: datetime
    zone: str
    scopes: tuple[Scope, ...] = ()
    held_until: datetime | None = None

    def clock(self, moment: datetime) -> str:
        """Return a moment as the clinic's clocks show it."""
        return f"{to_local(moment, self.zone):%H:%M}"

    def day(self, moment: datetime) -> str:
        """Return the day of a moment at the clinic."""
        return say_day(to_local(moment, self.zone).date(), self.language)

    def fields(self, scope: Scope) -> dict[str, str]:
        """Return what a form sends: the token, what is wanted, and which start its sender has seen."""
        return {"t": self.token, "do": LETTERS[scope], "seen": stamp(self.start)}


def stamp(moment: datetime) -> str:
    """Return a moment in digits."""
    return str(int(moment.timestamp()))


def read_stamp(text: str) -> datetime | None:
    """Return the moment of a stamp, None for anything else."""
    readable = text.isascii() and text.isdecimal() and len(text) <= STAMP_DIGITS
    return datetime.fromtimestamp(int(text), UTC) if readable else None


def visit_page(sheet: Sheet, outcome: Outcome | None = None, *, status: int = 200) -> Document:
    """Return the page of a visit or of an offer; first what has come of the answer just given, if one was."""
    words = WORDS[sheet.language]
    offered = sheet.state is State.HELD
    title = words["offer_title" if offered else "title"]
    return page(title, sheet.language, _visit(sheet, outcome, words), status=status)


def times_page(
    sheet: Sheet, free: Iterable[datetime], later: datetime | None, outcome: str = "", *, status: int = 200
) -> Document:
    """Return the page on which another time is chosen; `later` is from when on the next one has more."""
    words = WORDS[sheet.language]
    return page(
        words["times_title"], sheet.language, _times(sheet, free, later, outcome, words), status=status
    )


def dead_page(language: str) -> Document:
    """Return what a link leads to that is over, or never was: the two are told apart to nobody."""
    words = WORDS[language]
    return page(words["dead_title"], language, [paragraph(words["dead"])], status=404)


def _visit(sheet: Sheet, outcome: Outcome | None, words: Mapping[str, str]) -> Iterator[str]:
    if outcome is not None:
        yield notice(words[outcome])
    yield paragraph(_told(sheet, words))
    if sheet.held_until is not None:
        yield paragraph(words["until"].format(until=sheet.clock(sheet.held_until)))
    if sheet.state is State.CONFIRMED and outcome is None:
        yield paragraph(words["is_confirmed"])
    yield from _ways(sheet, words)


def _ways(sheet: Sheet, words: Mapping[str, str]) -> Iterator[str]:
    offered = sheet.state is State.HELD
    yes, no = ("accept", "decline") if offered else ("confirm", "cancel")
    if Scope.CONFIRM in sheet.scopes and sheet.state is not State.CONFIRMED:
        yield button(words[yes], sheet.fields(Scope.CONFIRM), main=True)
    if Scope.RESCHEDULE in sheet.scopes and not offered:
        yield link(words["reschedule"], {"t": sheet.token, "do": LETTERS[Scope.RESCHEDULE]})
    if Scope.CANCEL in sheet.scopes:
        fields = sheet.fields(Scope.CANCEL)
        yield second_thoughts(words[no], words[f"{no}_sure"], words[f"{no}_now"], fields)


def _times(
    sheet: Sheet, free: Iterable[datetime], later: datetime | None, outcome: str, words: Mapping[str, str]
) -> Iterator[str]:
    if outcome:
        yield notice(words[outcome])
    yield paragraph(_told(sheet, words))
    days = {
        day: {stamp(start): sheet.clock(start) for start in starts}
        for day, starts in groupby(free, sheet.day)
    }
    fields = sheet.fields(Scope.RESCHEDULE)
    yield choice("start", days, words["move"], fields) if days else paragraph(words["times_none"])
    if later is not None:
        yield link(words["times_later"], {"t": sheet.token, "do": fields["do"], "from": stamp(later)})
    yield link(words["back"], {"t": sheet.token})


def _told(sheet: Sheet, words: Mapping[str, str]) -> str:
    return words["visit"].format(
        doctor=sheet.doctor, day=sheet.day(sheet.start), time=sheet.clock(sheet.start), clinic=sheet.clinic
    )
