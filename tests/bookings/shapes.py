"""Two ways to keep a time from being given away twice, measured side by side: docs/adr/0024-the-doctors-day.md.

`cells` takes a claim for every few minutes of doctor and patient. `day` keeps one record for a doctor's day and one for
a patient, as the product does. Many book one day of one doctor at once: each another time (`apart`), all the same time
(`same`), or times by chance (`chance`). Nothing else of a booking is in it: no clinic is read, nobody is told.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random

from frontdesk.adapters.memory.clock import SeededChance
from frontdesk.cost.meter import MeteredStore, Step
from frontdesk.kernel.bus import Bus
from frontdesk.kernel.callers import DESK
from frontdesk.kernel.errors import ClaimTaken, Conflict
from frontdesk.kernel.records import Take
from frontdesk.kernel.unit import Unit
from frontdesk.services.appointments.booking import changes, deciding
from frontdesk.services.appointments.booking.agenda import Books
from frontdesk.services.appointments.booking.change import Wish
from frontdesk.services.appointments.booking.model import APPOINTMENTS, Actor, Party, Patient
from frontdesk.services.appointments.booking.refusals import SlotTaken
from frontdesk.services.appointments.booking.wishes import time_of
from frontdesk.services.appointments.hours.free import Visit
from tests.bookings.places import Place, open_place
from tests.unit.appointments.booking.clinic import SERVICE

AT_ONCE = 50
SLOTS = 50  # of 15 minutes in the day
MORNING = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)
DESK_ACTOR = Actor(Party.DESK, "usr_desk")

Shape = Callable[[Unit, str, Wish, int], Awaitable[None]]


async def by_cells(unit: Unit, id: str, wish: Wish, grid: int) -> None:
    """Take every cell of the doctor and of the patient."""
    case = deciding.book(id, wish, Books(), DESK_ACTOR, unit.now)
    await unit.commit(
        APPOINTMENTS.new(id, case.appointment),
        claims=[
            Take(cell, id) for who in (wish.doctor_id, wish.patient_id) for cell in _cells(who, wish, grid)
        ],
        events=case.events,
    )


async def by_day(unit: Unit, id: str, wish: Wish, _: int) -> None:
    """Change the doctor's day and the patient's record, as the product does."""
    await (await changes.book(unit, id, wish, DESK_ACTOR)).commit(unit)


SHAPES: Mapping[str, Shape] = {"cells": by_cells, "day": by_day}


def _cells(who: str, wish: Wish, grid: int) -> list[str]:
    first = int(wish.time.start.timestamp()) // 60
    return [f"appointments:{who}:{minute}" for minute in range(first, first + wish.time.minutes, grid)]


def _wishes(how: str, minutes: int, name: str) -> list[Wish]:
    chance = Random(7)  # noqa: S311 - a measurement must repeat itself
    by_chance = [chance.randrange(SLOTS) for _ in range(AT_ONCE)]
    places = {"apart": range(AT_ONCE), "same": [0] * AT_ONCE, "chance": by_chance}
    visit = Visit(timedelta(minutes=minutes))
    step = minutes if how == "apart" else 15
    times = [time_of(MORNING + timedelta(minutes=place * step), visit, "UTC") for place in places[how]]
    return [
        Wish(
            clinic_id="sur",
            doctor_id=f"doc_{name}",
            doctor_name="Dr. Vega",
            time=when,
            patient_id=f"pat_{name}_{n}",
            patient=Patient("Ana Torres", "+56900000001", "ana@example.org", "es-CL"),
        )
        for n, when in enumerate(times)
    ]


def measure(place: Place, shape: str, how: str, minutes: int, grid: int) -> Counter[str]:
    """Let everybody book at once; return how it ended for them, and what it took."""
    found: Counter[str] = Counter()
    metered = MeteredStore(place.store, SERVICE.kinds, place.clock)
    metered.step = Step("", "")
    bus = Bus(place.clock, SeededChance(3))
    name = f"{shape}{how}{minutes}{grid}"

    async def one(n: int, wish: Wish) -> None:
        async def attempt() -> None:
            found["tries"] += 1
            unit = Unit("appointments", metered, place.clock.now(), bus.chance, DESK, "shapes")
            await SHAPES[shape](unit, f"apt_{name}_{n:026}", wish, grid)

        begun = time.perf_counter()
        try:
            await bus.rerun(attempt)
            found["booked"] += 1
        except (SlotTaken, ClaimTaken):
            found["taken"] += 1
        except Conflict:
            found["gave up"] += 1
        found["slowest ms"] = max(found["slowest ms"], round((time.perf_counter() - begun) * 1000))

    begun = time.perf_counter()
    wishes = _wishes(how, minutes, name)
    for outcome in place.workers.together([partial(one, n, wish) for n, wish in enumerate(wishes)]):
        if isinstance(outcome, Exception):
            raise outcome
    found["ms"] = round((time.perf_counter() - begun) * 1000)
    found["write units"] = metered.step.written + metered.step.indexed
    return found


def main() -> int:
    """Measure both shapes and print a table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bookings.shapes", description=__doc__)
    parser.add_argument("--store", choices=("embedded", "dynamodb"), default="embedded")
    chosen = parser.parse_args()
    columns = ("booked", "taken", "gave up", "tries", "ms", "slowest ms", "write units")
    _say(f"| visit | grid | wishes | shape | {' | '.join(columns)} |")
    with open_place(chosen.store) as place:
        for minutes, grid in ((15, 15), (30, 15), (60, 5)):
            for how in ("apart", "same", "chance"):
                for shape in SHAPES:
                    found = measure(place, shape, how, minutes, grid)
                    _say(
                        f"| {minutes} | {grid} | {how} | {shape} | {' | '.join(str(found[c]) for c in columns)} |"
                    )
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
