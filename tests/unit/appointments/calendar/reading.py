"""A clinic whose calendars are read by a calendar program: the library icalendar."""

from collections.abc import Mapping
from typing import Any

from icalendar import Calendar, Event

from frontdesk.adapters.memory.clock import SeededChance
from frontdesk.entrypoints.api import Response
from frontdesk.kernel.bus import Bus
from frontdesk.kernel.callers import ANYONE
from frontdesk.kernel.kinds import AnyKind
from frontdesk.services.appointments.ports import Seals, Site
from frontdesk.services.appointments.privacy.accesses import ACCESSES
from tests.unit.appointments.answers.world import SEALS, Answering
from tests.unit.appointments.booking.clinic import DESK
from tests.unit.driver import content

SITE = "https://desk.example"


class Place:
    """Where this desk is."""

    site = SITE


class Calendars(Answering):
    """The clinic, with an address."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.bus = Bus(self.clock, SeededChance(3), {Seals: SEALS, Site: Place()})

    def file(self, id: str) -> Calendar:
        """Return a visit's calendar as the clinic's staff get it."""
        return read(self.send(DESK, f"GET /appointments/{id}/visit.ics"))

    def looks(self) -> list[str]:
        """Return what the access log says of calendars and appointments."""
        records = [record for (kind, _), record in self.store.records.items() if kind == ACCESSES.name]
        return [ACCESSES.load(record).value.what for record in records]

    def everything(self, kind: AnyKind) -> str:
        """Return all that is stored of a kind."""
        return "".join(record.body for (name, _), record in self.store.records.items() if name == kind.name)

    def feed_url(self, label: str = "Telephone") -> str:
        """Make an address for Dr. Vega's calendar."""
        answer = self.send(DESK, f"POST /doctors/{self.vega}/calendar-feeds", {"label": label})
        assert answer.status == 201, answer.body
        url: str = content(answer)["url"]
        return url

    def fetch(self, url: str) -> Response:
        """Ask for an address as a calendar program does: without signing in."""
        assert url.startswith(SITE)
        path, _, query = url.removeprefix(SITE).partition("?")
        parameters: Mapping[str, str] = dict([query.split("=", 1)]) if query else {}
        return self.send(ANYONE, f"GET {path}", query=parameters)


def read(answer: Response) -> Calendar:
    """Read an answer as a calendar program does."""
    assert answer.status == 200, answer.body
    assert answer.content_type.startswith("text/calendar; charset=utf-8")
    found = Calendar.from_ical(answer.body)
    assert isinstance(found, Calendar)
    assert all(len(line) <= 75 for line in answer.body.split(b"\r\n"))
    assert answer.body.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in answer.body.replace(b"\r\n", b"")
    assert found.errors == []
    return found


def event(calendar: Calendar) -> Event:
    """Return the only event of a calendar."""
    (one,) = calendar.events
    assert one.errors == []
    return one
