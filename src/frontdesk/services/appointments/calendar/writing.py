"""iCalendar as text: properties, escaped and folded (RFC 5545), in the order in which they are given. Pure.

Own code and no library: docs/adr/0026-calendars.md.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import msgspec

MAX_OCTETS = 75  # of one line, without its end. RFC 5545, 3.1

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")  # all but tab and line feed
_NOT_QUOTED = re.compile(r'[\x00-\x1f\x7f"]')  # nor a line feed, nor what ends a quotation
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


class Party(msgspec.Struct, frozen=True):
    """Who invites, or is invited. `address` is an e-mail address, "" where there is none."""

    name: str = ""
    address: str = ""

    def property(self, kind: str, *parameters: str) -> str:
        """Return the whole property, for instance ORGANIZER."""
        named = (f'CN="{_NOT_QUOTED.sub("", self.name)}"',) if self.name else ()
        where = f"mailto:{_NOT_QUOTED.sub('', self.address)}" if self.address else "invalid:nomail"
        return f"{';'.join((kind, *named, *parameters))}:{where}"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One event. `sequence` only grows; `changed_at` is the moment of the newest change. All moments are UTC."""

    uid: str
    sequence: int
    changed_at: datetime
    start: datetime
    end: datetime
    status: str
    summary: str
    location: str = ""
    organizer: Party | None = None
    attendee: Party | None = None
    answer: str = "NEEDS-ACTION"  # of the attendee

    def lines(self) -> Iterator[str]:
        """Yield the properties, not folded."""
        yield "BEGIN:VEVENT"
        yield f"UID:{escaped(self.uid)}"
        yield f"DTSTAMP:{_moment(self.changed_at)}"
        yield f"LAST-MODIFIED:{_moment(self.changed_at)}"
        yield f"SEQUENCE:{self.sequence}"
        yield f"DTSTART:{_moment(self.start)}"
        yield f"DTEND:{_moment(self.end)}"
        yield f"STATUS:{self.status}"
        yield f"SUMMARY:{escaped(self.summary)}"
        if self.location:
            yield f"LOCATION:{escaped(self.location)}"
        if self.organizer:
            yield self.organizer.property("ORGANIZER")
        if self.attendee:
            yield self.attendee.property("ATTENDEE", f"PARTSTAT={self.answer}", "RSVP=FALSE")
        yield "CLASS:PRIVATE"
        yield f"TRANSP:{'TRANSPARENT' if self.status == 'CANCELLED' else 'OPAQUE'}"
        yield "END:VEVENT"


def calendar(method: str, entries: Iterable[Entry], *properties: str) -> bytes:
    """Return a whole calendar. `method` is an iTIP method (RFC 5546), `properties` are further ones of the calendar."""
    head = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//frontdesk//appointments//EN", "CALSCALE:GREGORIAN")
    lines = [*head, f"METHOD:{method}", *properties]
    lines += [line for entry in entries for line in entry.lines()]
    return b"".join(folded(line) for line in (*lines, "END:VCALENDAR"))


def escaped(text: str) -> str:
    """Return a text as the value of a property."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).translate(_ESCAPES)


def folded(line: str) -> bytes:
    """Return a line cut where it is too long, never within a character; what follows a cut begins with a space."""
    pieces, piece = [], b""
    for character in line:
        octets = character.encode()
        if len(piece) + len(octets) > MAX_OCTETS:
            pieces.append(piece)
            piece = b" "
        piece += octets
    return b"\r\n".join((*pieces, piece)) + b"\r\n"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
