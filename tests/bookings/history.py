"""A history: waves of requests that run at once, each chosen by chance; after each wave the laws are looked at."""

from collections import Counter
from functools import partial
from random import Random
from typing import Any

import msgspec

from frontdesk.entrypoints.api import Response
from frontdesk.kernel.ports import Store
from tests.bookings.laws import broken
from tests.bookings.office import DAY, DOCTORS, Office
from tests.bookings.places import Place
from tests.unit.appointments.booking.clinic import NOW

WAVES = 6
MOST_AT_ONCE = 8
PATIENTS = ("Ana", "Ben", "Cora", "Dora")
LATER = "2026-03-17"  # closed: reached by overbooking only


class History:
    """One clinic, from its opening to the end. `done` counts answers, by what was asked and how it was answered."""

    def __init__(self, place: Place, seed: int, store: Store | None = None) -> None:
        place.clock.advance(NOW - place.clock.now())  # each begins on the same morning
        self.random = Random(seed)  # noqa: S311 - a history must repeat itself
        self.office = Office(place, f"c{seed}", seed, store)
        self.known: dict[str, int] = {}  # appointment -> the newest version that was answered
        self.answered: Counter[tuple[str, str]] = Counter()  # each version of an appointment is one change
        self.held: set[str] = set()
        self.done: Counter[str] = Counter()

    def run(self) -> list[str]:
        """Let it happen, and return what was broken first."""
        place = self.office.place
        for _ in range(WAVES):
            ways = [self._choose() for _ in range(self.random.randrange(2, MOST_AT_ONCE + 1))]
            outcomes = place.workers.together([partial(self._send, *way) for way in ways])
            for outcome in outcomes:
                if isinstance(outcome, Exception):
                    raise outcome
            faults = place.workers.run(broken(place.store, self.known, place.clock.now()))
            faults += [
                f"{id} came to version {v} twice" for (id, v), times in self.answered.items() if times > 1
            ]
            if faults:
                return faults
            if self.random.random() < 0.3:
                self.office.wait(self.random.choice((60, 240, 300)))
        return []

    def _choose(self) -> tuple[str, str, Any]:
        """Choose what somebody does next: a name for it, a request, its body."""
        if not self.known or self.random.random() < 0.4:
            return self._make()
        id = self.random.choice(list(self.known))
        if id in self.held and self.random.random() < 0.7:
            return self._of_hold(id)
        return self._change(id)

    def _make(self) -> tuple[str, str, Any]:
        what = self.random.choice(("book", "book", "book", "hold", "offer", "overbook", "group"))
        body = {**self._slot(), "doctor_name": self.random.choice(DOCTORS), "clinic_id": self.office.id}
        if what != "offer":  # an offer of the waiting list holds a time for whoever accepts it
            body["patient_name"] = self.random.choice(PATIENTS)
        if what == "overbook":
            body["overbook"] = "it is urgent"
        if what == "group":
            body["visit_type_id"], body["duration_minutes"] = self.office.group, 30
        if what in {"hold", "offer"}:
            return what, "POST /holds", body
        return what, "POST /appointments", body | {"state": self.random.choice(("pending", "confirmed"))}

    def _of_hold(self, id: str) -> tuple[str, str, Any]:
        what = self.random.choice(("complete", "complete", "release", "timer"))
        if what == "timer":
            return what, id, None
        if what == "release":
            return what, f"DELETE /appointments/{id}", None
        return what, f"POST /appointments/{id}/complete", {"patient_name": self.random.choice(PATIENTS)}

    def _change(self, id: str) -> tuple[str, str, Any]:
        what = self.random.choice(("move", "move", "put", "cancel", "reopen", "confirm"))
        if what == "move":
            body = {**self._slot(), "doctor_name": self.random.choice(DOCTORS)}
            return what, f"POST /appointments/{id}/reschedule", body
        if what == "put":
            body = {**self._slot(), "patient_name": self.random.choice(PATIENTS), "state": "confirmed"}
            return what, f"PUT /appointments/{id}", body
        return what, f"POST /appointments/{id}/{what}", None if what == "confirm" else {}

    def _slot(self) -> dict[str, Any]:
        """Choose a time around midnight of UTC, where many meet."""
        minutes = self.random.randrange(20 * 60 + 15, 21 * 60 + 45, 15)
        clock = f"{minutes // 60:02}:{minutes % 60:02}"
        return {
            "appointment_date": DAY,
            "appointment_time": clock,
            "duration_minutes": self.random.choice((15, 30, 45, 60)),
        }

    async def _send(self, what: str, line: str, body: Any) -> None:
        if what == "timer":
            await self.office.fire(line)
            self.done["timer"] += 1
            return
        response = await self.office.send(line, body)
        self._note(what, response)

    def _note(self, what: str, response: Response) -> None:
        said = msgspec.json.decode(response.body)
        self.done[f"{what}: {said.get('code', response.status)}"] += 1
        assert response.status < 500 or response.status == 503, response.body
        if response.status < 300:
            id, version = said["appointment_id"], int(response.headers["etag"].strip('"'))
            self.known[id] = max(version, self.known.get(id, 0))
            if what not in {"release", "put"}:  # these two change nothing where nothing is to be changed
                self.answered[id, str(version)] += 1
            if said["state"] == "held":
                self.held.add(id)
