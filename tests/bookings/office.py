"""A clinic as its people reach it: requests that are answered, whatever store is behind."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import msgspec

from frontdesk.adapters.memory.clock import SeededChance
from frontdesk.entrypoints.api import Request, Response, problem, respond, understand
from frontdesk.kernel.bus import Bus
from frontdesk.kernel.callers import Caller
from frontdesk.kernel.errors import FrontdeskError
from frontdesk.kernel.http import Route
from frontdesk.kernel.messages import wrap
from frontdesk.kernel.ports import Store
from frontdesk.services.appointments.booking.handlers import hold_over
from frontdesk.services.appointments.booking.timers import HoldOver
from frontdesk.services.appointments.ports import Seals
from tests.bookings.places import Place
from tests.unit.appointments.booking.clinic import OVERBOOKS, SERVICE, PlainSeals

DAY = "2026-03-16"
EVENING = [{"weekday": 1, "start": "19:00", "end": "23:00"}]  # in Santiago: midnight of UTC is in the middle
DOCTORS = ("Dr. Vega", "Dra. Luna")


class Office:
    """One clinic with two doctors, and a visit type for groups of two."""

    def __init__(self, place: Place, name: str, seed: int, store: Store | None = None) -> None:
        self.place = place
        self.id = name
        self.store = store or place.store
        self.owner = Caller("usr_owner", OVERBOOKS, {f"clinic:{name}": "owner"})
        self._bus = Bus(place.clock, SeededChance(seed), {Seals: PlainSeals()})
        clinic = {"name": name, "time_zone": "America/Santiago", "country": "CL", "language": "es-CL"}
        self._must(f"PUT /clinics/{name}", clinic)
        self._must(f"PUT /clinics/{name}/hours", {"rules": EVENING})
        self.doctors = [
            self._must(f"POST /clinics/{name}/doctors", {"name": n})["doctor_id"] for n in DOCTORS
        ]
        group = {"name": "Group", "duration_minutes": 30, "capacity": 2}
        self.group = str(self._must(f"POST /clinics/{name}/visit-types", group)["visit_type_id"])

    async def send(self, line: str, body: object = None, **headers: str) -> Response:
        """Send a request of the owner, and return the answer."""
        route, path = _route(line)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        content = b""
        if body is not None:
            sent["content-type"], content = "application/json", msgspec.json.encode(body)
        try:
            call = understand(route, Request(path, {}, sent, content, "bookings"), self.owner)
            return respond(route, await self._bus.ask(SERVICE, route, call, self.store))
        except FrontdeskError as error:
            return problem(error, "bookings")

    def together(self, *asked: tuple[str, object]) -> list[Response]:
        """Send requests at once, and return their answers in the same order."""
        works = [partial(self.send, line, body) for line, body in asked]
        answers = self.place.workers.together(works)
        return [answer for answer in answers if isinstance(answer, Response)]

    async def fire(self, id: str) -> None:
        """Let the timer of a hold come back."""
        (reaction,) = [one for one in SERVICE.reactions if one.handle is hold_over]
        message = wrap(
            HoldOver(appointment_id=id),
            id=f"appointment:{id}:1:lapse",
            source=id,
            version=1,
            at=self.place.clock.now(),
            correlation_id="bookings",
        )
        await self._bus.rerun(lambda: self._bus.react(SERVICE, reaction, message, self.store))

    def wait(self, seconds: int) -> None:
        """Move the clock."""
        self.place.clock.advance(timedelta(seconds=seconds))

    def _must(self, line: str, body: object) -> Any:
        response = self.place.workers.run(self.send(line, body))
        assert response.status < 300, response.body
        return msgspec.json.decode(response.body)


def _route(line: str) -> tuple[Route, Mapping[str, str]]:
    method, _, path = line.partition(" ")
    steps = path.split("/")
    for route in SERVICE.routes:
        wanted = route.path.split("/")
        if route.method == method and len(wanted) == len(steps):
            pairs = list(zip(wanted, steps, strict=True))
            if all(want == step for want, step in pairs if not want.startswith("{")):
                return route, {want[1:-1]: step for want, step in pairs if want.startswith("{")}
    raise AssertionError(f"no route for {line}")
