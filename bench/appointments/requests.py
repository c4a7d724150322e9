"""The load: an endless row of requests about the clinics, the same for each stack, none of which may be refused.

Forty of a hundred book a free time, thirty read any visit, ten give one another time, ten note that the patient will
come, ten cancel. No time is asked for twice and no visit changed twice, and nobody is booked to be in two places: who
is booked, moved, confirmed or cancelled on a day is told apart by the arithmetic of `world`.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from random import Random
from typing import Any

from bench.appointments.world import (
    AGAIN,
    FREE_OF_DAY,
    OF_DAY,
    PAST,
    TO_COME,
    Slot,
    World,
    clinic_id,
    doctor_name,
    patient_name,
    patient_phone,
    shuffled,
)

BOOKED_AFTER, MOVED_AFTER = (
    AGAIN // 2,
    AGAIN // 4,
)  # working days to the turn of those who are booked, or moved
WHICH = TO_COME // AGAIN  # visits to come of each patient
CHANGED = (
    OF_DAY - FREE_OF_DAY
)  # of a clinic's day: visits whose time nobody moves, to be confirmed or cancelled


class Kind(StrEnum):
    """What is asked for."""

    BOOK = "create"
    READ = "read"
    MOVE = "update: another time"
    CONFIRM = "update: confirmed"
    CANCEL = "delete"


# Of twenty requests, so that each part of the load has the same mix.
MIX = {Kind.BOOK: 8, Kind.READ: 6, Kind.MOVE: 2, Kind.CONFIRM: 2, Kind.CANCEL: 2}
EXPECTED = {kind: 201 if kind is Kind.BOOK else 200 for kind in Kind}


@dataclass(frozen=True, slots=True)
class Request:
    """One request, ready to be sent, and what it is."""

    kind: Kind
    sent: bytes


class Load:
    """The requests to one stack: `token` gives the access token of a clinic's desk, `id` the id of a stored visit."""

    def __init__(
        self, world: World, token: Callable[[int], str], id: Callable[[int], str], turn: int
    ) -> None:
        self._world, self._token, self._id = world, token, id
        self._chance = Random(turn)
        self._slots = shuffled(world.free, turn)
        self._changed = shuffled(world.clinics * TO_COME * CHANGED, turn)
        self._number = count()
        self._run = f"{turn}-{self._chance.getrandbits(48):012x}"
        self._make = {
            Kind.BOOK: self._book,
            Kind.READ: self._read,
            Kind.MOVE: self._move,
            Kind.CONFIRM: self._confirm,
            Kind.CANCEL: self._cancel,
        }

    def __iter__(self) -> Iterator[Request]:
        """Yield requests without end. Raises BenchError when no time is free any more."""
        hand = [kind for kind, times in MIX.items() for _ in range(times)]
        while True:
            self._chance.shuffle(hand)
            for kind in hand:
                yield Request(kind, self._make[kind]())

    def book(self, slot: Slot) -> bytes:
        """Return the request for a time, as whoever is due on another day books it."""
        patient = _patient(slot, BOOKED_AFTER)
        body = {
            "patient_name": patient_name(patient),
            "patient_phone": patient_phone(slot.clinic, patient),
            "doctor_name": doctor_name(slot.doctor),
            "appointment_date": slot.moment.day.isoformat(),
            "appointment_time": slot.moment.clock,
            "reason": "Control",
        }
        return self._sent("POST", "/appointments", slot.clinic, body)

    def _book(self) -> bytes:
        return self.book(self._world.slot(next(self._slots)))

    def _read(self) -> bytes:
        n = self._chance.randrange(self._world.visits)
        return self._about("GET", n)

    def _move(self) -> bytes:
        slot = self._world.slot(next(self._slots))
        which = (PAST + (slot.day - PAST) // AGAIN * AGAIN) // AGAIN
        n = self._world.visit_of(slot.clinic, _patient(slot, MOVED_AFTER), which)
        moment = slot.moment
        body = {
            "doctor_name": doctor_name(slot.doctor),
            "appointment_date": moment.day.isoformat(),
            "appointment_time": moment.clock,
        }
        return self._about("PUT", n, body)

    def _confirm(self) -> bytes:
        return self._about("PUT", self._unmoved(), {"state": "confirmed"})

    def _cancel(self) -> bytes:
        return self._about("DELETE", self._unmoved())

    def _unmoved(self) -> int:
        clinic_day, place = divmod(next(self._changed), CHANGED)
        clinic, day = divmod(clinic_day, TO_COME)
        return self._world.visit_of(
            clinic, (PAST + day) % AGAIN * OF_DAY + FREE_OF_DAY + place, (PAST + day) // AGAIN
        )

    def _about(self, method: str, n: int, body: dict[str, Any] | None = None) -> bytes:
        return self._sent(method, f"/appointments/{self._id(n)}", self._world.visit(n).clinic, body)

    def _sent(self, method: str, path: str, clinic: int, body: dict[str, Any] | None = None) -> bytes:
        head = f"{method} {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {self._token(clinic)}\r\n"
        if method == "POST":
            head += f"Idempotency-Key: {self._run}-{next(self._number)}\r\n"
        if body is None:
            return f"{head}\r\n".encode()
        if method == "POST":
            body = {"clinic_id": clinic_id(clinic), **body}
        text = json.dumps(body, ensure_ascii=False).encode()
        return f"{head}Content-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n".encode() + text


def _patient(slot: Slot, after: int) -> int:
    """Return who takes a free time: of those who are due so many working days later, one for each of a day."""
    return (slot.day + after) % AGAIN * OF_DAY + slot.place
