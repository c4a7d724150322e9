"""What a verification tells of a clinic: one visit is booked, and nobody else gets its time; all is put away after.

Nobody is written to: the patient has an address that exists nowhere, and has agreed to no channel. The message about
the visit is made all the same, and skipped.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from frontdesk.entrypoints.cli.verify_client import Broken
from frontdesk.entrypoints.cli.verify_report import LeftOut
from frontdesk.entrypoints.cli.verify_telling import Scene, Telling, named, refused, replayed

BOOK = "POST /appointments"
DOCTOR = "Dr. Verification"
_WEEK = {"rules": [{"weekday": day, "start": "09:00", "end": "17:00"} for day in range(1, 8)]}
_AHEAD = timedelta(days=7)


class ClinicStory:
    """One clinic, one doctor, one visit."""

    KIND = "clinic"  # of place
    SCOPES = ("appointments:read", "appointments:write", "clinics:write", "messages:read")

    def __init__(self, telling: Telling) -> None:
        self._telling = telling
        self._clinic = f"/clinics/{telling.place}"
        self._doctor = ""
        self._visit: Mapping[str, Any] = {}
        self._day = (datetime.now(UTC) + _AHEAD).date().isoformat()
        self._key = secrets.token_hex(8)

    def plot(self) -> list[Scene]:
        """Return what is told, in order."""
        return [
            Scene("PUT /clinics/{clinic_id}", "a clinic opens", self._open),
            Scene("POST /clinics/{clinic_id}/doctors", "a doctor works there", self._work),
            Scene(BOOK, "a visit is booked", self._book),
            Scene(BOOK, "a repeat is the same visit", self._repeat),
            Scene(BOOK, "another visit is refused with that key", self._reuse),
            Scene(BOOK, "nobody else gets its time", self._taken),
            Scene(BOOK, "every fault of a visit is named", self._faults),
            Scene(BOOK, "nobody books without a token", self._stranger),
            Scene("POST /appointments/{id}/confirm", "the patient confirms", self._confirm),
            Scene("GET /messages", "the patient would be written to", self._message),
            Scene("", "the bus has told of the visit", self._event),
        ]

    def epilogue(self) -> list[Scene]:
        """Return how what was made is put away."""
        return [
            Scene("POST /appointments/{id}/cancel", "the visit is cancelled", self._cancel),
            Scene("PUT /doctors/{id}", "the doctor works there no more", self._leave),
        ]

    def _open(self) -> str:
        wish = {"name": "Verification", "time_zone": "UTC", "country": "CL", "language": "es-CL"}
        self._telling.owner.put(self._clinic, wish)
        return self._telling.place

    def _work(self) -> str:
        self._doctor = self._telling.owner.post(f"{self._clinic}/doctors", {"name": DOCTOR})["doctor_id"]
        self._telling.owner.put(f"/doctors/{self._doctor}/hours", _WEEK)
        return self._doctor

    def _book(self) -> str:
        self._telling.listen()
        answer = self._telling.owner.answer("POST", "/appointments", self._wish(), key=self._key)
        self._visit = self._telling.owner.read(answer, 201)
        if (self._visit["state"], self._visit["doctor_id"]) != ("pending", self._doctor):
            raise Broken(f"{self._visit['state']}, with {self._visit['doctor_id']}")
        return str(self._visit["appointment_id"])

    def _repeat(self) -> str:
        answer = self._telling.owner.answer("POST", "/appointments", self._wish(), key=self._key)
        return replayed(answer, "appointment_id", self._visit["appointment_id"])

    def _reuse(self) -> str:
        other = self._wish() | {"appointment_time": "11:00"}
        answer = self._telling.owner.answer("POST", "/appointments", other, key=self._key)
        return refused(answer, 422, "key_reused")

    def _taken(self) -> str:
        other = self._wish() | {"patient_name": "Somebody else", "appointment_time": "09:15"}
        answer = self._telling.owner.answer("POST", "/appointments", other, key=secrets.token_hex(8))
        said, free = refused(answer, 409, "slot_taken"), answer.json().get("alternatives", ())
        if not free:
            raise Broken("no other times are named")
        return f"{said}; free instead: {free[0]['appointment_time']}"

    def _faults(self) -> str:
        wish = self._wish() | {"appointment_date": "soon", "appointment_time": "9", "surprise": 1}
        answer = self._telling.owner.answer("POST", "/appointments", wish, key=secrets.token_hex(8))
        return named(answer, "/appointment_date", "/appointment_time", "/surprise")

    def _stranger(self) -> str:
        return refused(self._telling.stranger.answer("POST", "/appointments", self._wish()), 401)

    def _confirm(self) -> str:
        self._visit = self._telling.owner.post(f"/appointments/{self._visit['appointment_id']}/confirm")
        if self._visit["state"] != "confirmed":
            raise Broken(f"the visit is {self._visit['state']}")
        return "confirmed"

    def _message(self) -> str:
        def look() -> Mapping[str, Any] | None:
            page = self._telling.owner.get(f"/messages?place=clinic:{self._telling.place}")
            about = (one for one in page["items"] if one["about"] == self._visit["appointment_id"])
            return next((one for one in about if one["state"] not in {"queued", "waiting"}), None)

        found = self._telling.until(look, "there is no message about the visit")
        # By what is not set up nobody is written to either, and that is found out first.
        if found["state"] != "skipped" and found.get("reason") != "not_set_up":
            raise Broken(f"the message is {found['state']}, and nobody agreed to it")
        return f"{found['template']}, {found['state']}: nobody agreed to it"

    def _event(self) -> str:
        return self._telling.heard(str(self._visit["appointment_id"]))

    def _cancel(self) -> str:
        if not self._visit:
            raise LeftOut("there is no visit")
        self._telling.owner.post(
            f"/appointments/{self._visit['appointment_id']}/cancel", {"reason": "oth-err"}
        )
        return "it stays, cancelled"

    def _leave(self) -> str:
        if not self._doctor:
            raise LeftOut("there is no doctor")
        self._telling.owner.put(f"/doctors/{self._doctor}", {"name": DOCTOR, "active": False})
        return f"{self._telling.place} stays, without a doctor"

    def _wish(self) -> dict[str, Any]:
        return {
            "clinic_id": self._telling.place,
            "patient_name": "Verification",
            "patient_email": "verification@patients.invalid",
            "doctor_name": DOCTOR,
            "appointment_date": self._day,
            "appointment_time": "09:00",
        }
