"""A clinic of a journey's own, over HTTP: its reception books, its doctor is there every day from eight to eight."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Self, TypeVar
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from tests.journeys.desk import Desk

T = TypeVar("T")

STAFF = (
    "clinics:read clinics:write appointments:read appointments:write waiting-list:read waiting-list:write "
    "messages:read"
)
ZONE = "America/Mexico_City"  # where no clock is put back any more
MINUTE = timedelta(minutes=1)
WAIT_SECONDS = 60.0


class Clinic:
    """Use as a context: it closes its connections."""

    def __init__(self, desk: Desk, id: str) -> None:
        self.desk = desk
        self.id = id
        self.doctor_id = ""
        self.staff = desk.client(desk.token(STAFF, f"owner-of-{id}", [f"clinic:{id}=owner"]))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.staff.close()

    def set_up(self) -> Self:
        """Open with one doctor."""
        self.remind()
        made = self.send(f"/clinics/{self.id}/doctors", name="Dra. Elena Vega", aliases=["Dra. Vega"])
        self.doctor_id = made["doctor_id"]
        week = [{"weekday": day, "start": "08:00", "end": "20:00"} for day in range(1, 8)]
        self.staff.put(f"/doctors/{self.doctor_id}/hours", json={"rules": week}).raise_for_status()
        return self

    def remind(self, *reminders: Mapping[str, Any]) -> None:
        """Have patients reminded so from now on. None of them minds being written to at night."""
        terms = {"name": "Clínica Los Olmos", "time_zone": ZONE, "country": "MX", "language": "es-MX"}
        clinic = terms | {"reminders": reminders, "quiet_hours": None}
        self.staff.put(f"/clinics/{self.id}", json=clinic).raise_for_status()

    def send(self, path: str, **body: Any) -> dict[str, Any]:
        """Send what must be taken, and return what it made."""
        answer = self.staff.post(path, json=body)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def wish(self, name: str, phone: str, day: str, clock: str) -> dict[str, Any]:
        """Return the body of a booking by reception, of somebody who wants to be written to by WhatsApp."""
        return self.patient(name, phone) | {"appointment_date": day, "appointment_time": clock}

    def patient(self, name: str, phone: str) -> dict[str, Any]:
        """Return what reception types of somebody who comes to Dra. Vega."""
        who = {"patient_name": name, "patient_phone": phone, "patient_channels": ["whatsapp"]}
        return who | {"clinic_id": self.id, "doctor_name": "Dra. Vega"}

    def visit(self, id: str) -> dict[str, Any]:
        """Return an appointment as the staff see it."""
        return self.look(f"/appointments/{id}")

    def visits(self, day: str) -> list[dict[str, Any]]:
        """Return the appointments of a day, by time."""
        found: list[dict[str, Any]] = self.look("/appointments", clinic_id=self.id, date=day)["items"]
        return found

    def look(self, path: str, **query: Any) -> dict[str, Any]:
        """Return what the staff see somewhere."""
        answer = self.staff.get(path, params=query)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def subscribe(self) -> str:
        """Make an address for the doctor's calendar, and return it."""
        url: str = self.send(f"/doctors/{self.doctor_id}/calendar-feeds", label="Telephone")["url"]
        return url

    def calendar(self, url: str) -> dict[str, Event]:
        """Return the visits that a calendar program finds there, by the appointment's id."""
        with self.desk.client() as program:
            answer = program.get(url)
        assert answer.headers["content-type"].startswith("text/calendar"), answer.text
        found = Calendar.from_ical(answer.text)
        assert isinstance(found, Calendar)
        return {str(event["UID"]).removesuffix("@frontdesk"): event for event in found.events}


def minute_after(seconds: float) -> datetime:
    """Return the first whole minute that is at least so far away, as the clinic's clocks show it."""
    earliest = datetime.now(UTC).astimezone(ZoneInfo(ZONE)) + timedelta(seconds=seconds)
    return earliest.replace(second=0, microsecond=0) + MINUTE


def becomes(look: Callable[[], T], wanted: T, seconds: float = WAIT_SECONDS) -> None:
    """Return when what is seen is what is wanted. Raises AssertionError."""
    deadline = time.monotonic() + seconds
    while (found := look()) != wanted:
        assert time.monotonic() < deadline, f"it stayed {found}"
        time.sleep(0.1)
