"""The requests to a warm clinic: an appointment is created, read, moved and deleted; the doctor is this run's alone."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import count

import httpx

CLINIC = "bench-warm"
SCOPES = ("appointments:read", "appointments:write", "clinics:write")
GRANTS = {f"clinic:{CLINIC}": "owner"}
CLINIC_BODY = {"name": "Warm", "time_zone": "UTC", "country": "CL", "language": "es-CL", "reminders": []}
WHOLE_WEEK = {"rules": [{"weekday": day, "start": "00:00", "end": "24:00"} for day in range(1, 8)]}
AHEAD = timedelta(days=30)
OF_A_DAY = 48  # half hours


class ClinicRequests:
    """The requests that are measured, at a clinic of their own. Each raises httpx.HTTPStatusError when it fails."""

    scopes, grants = SCOPES, GRANTS

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._doctor = f"Dra. Warm {uuid.uuid4().hex[:12]}"  # whose every half hour is free
        self._times = _half_hours(datetime.now(UTC).date() + AHEAD)
        self._path = ""

    def prepare(self) -> None:
        """Set the clinic up: it is open day and night."""
        self._client.put(f"/clinics/{CLINIC}", json=CLINIC_BODY).raise_for_status()
        self._client.put(f"/clinics/{CLINIC}/hours", json=WHOLE_WEEK).raise_for_status()
        body = {"name": self._doctor}
        self._client.post(f"/clinics/{CLINIC}/doctors", json=body, headers=_key()).raise_for_status()

    def operations(self) -> Mapping[str, Callable[[], None]]:
        """Return what is measured, in the order in which it goes."""
        return {
            "create an appointment": self.book,
            "read an appointment": self.read,
            "update an appointment": self.move,
            "delete an appointment": self.cancel,
        }

    def book(self) -> None:
        """Create an appointment, under a key of its own."""
        body = {"clinic_id": CLINIC, "patient_name": f"Ana {uuid.uuid4().hex[:8]}", **self._next()}
        answer = self._client.post("/appointments", json=body, headers=_key()).raise_for_status()
        self._path = f"/appointments/{answer.json()['appointment_id']}"

    def read(self) -> None:
        """Read the appointment that was created last."""
        self._client.get(self._path).raise_for_status()

    def move(self) -> None:
        """Give it another time."""
        self._client.put(self._path, json=self._next()).raise_for_status()

    def cancel(self) -> None:
        """Cancel it."""
        self._client.delete(self._path).raise_for_status()

    def refused(self) -> None:
        """Send what is no JSON."""
        answer = self._client.post(
            "/appointments", content=b"{", headers={"Content-Type": "application/json"}
        )
        if answer.status_code != httpx.codes.BAD_REQUEST:
            answer.raise_for_status()
            raise RuntimeError(f"answered {answer.status_code} to what is no JSON")

    def _next(self) -> dict[str, str]:
        day, time = next(self._times)
        return {"doctor_name": self._doctor, "appointment_date": day, "appointment_time": time}


def _half_hours(first: date) -> Iterator[tuple[str, str]]:
    for n in count():
        days, half = divmod(n, OF_A_DAY)
        yield (first + timedelta(days=days)).isoformat(), f"{half // 2:02}:{half % 2 * 30:02}"


def _key() -> dict[str, str]:
    return {"Idempotency-Key": uuid.uuid4().hex}
