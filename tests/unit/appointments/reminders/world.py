"""A clinic whose patients are told things: events are delivered, timers fire when they are due, messages are kept."""

from datetime import datetime, timedelta
from typing import Any

from frontdesk.adapters.memory.clock import SeededChance
from frontdesk.kernel.bus import Bus
from frontdesk.kernel.errors import Conflict, FrontdeskError, Unavailable
from frontdesk.kernel.messages import Message as Envelope
from frontdesk.kernel.ports import Clock
from frontdesk.kernel.records import SetTimer
from frontdesk.services.appointments.ports import Message, Notifier, Seals, Site
from frontdesk.services.appointments.service import SERVICE
from tests.unit.appointments.answers.world import SEALS
from tests.unit.appointments.booking.clinic import CLINIC, Clinic

PHONE = "+56900000001"


class Sender:
    """Takes messages over, as notifications does: one that it has already changes nothing."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.handed: list[Message] = []
        self.at: dict[str, datetime] = {}  # when each was handed over first
        self.is_down = False

    async def send(self, message: Message) -> None:
        """See `ports.Notifier`."""
        if self.is_down:
            raise Unavailable
        self.handed.append(message)
        self.at.setdefault(message.id, self.clock.now())

    @property
    def taken(self) -> list[Message]:
        """What was taken over, each message once."""
        return list({message.id: message for message in self.handed}.values())


class Web:
    """See `ports.Site`."""

    site = "https://desk.example"


class Told(Clinic):
    """The whole service, with whoever brings its messages."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.service = SERVICE
        self.sender = Sender(self.clock)
        providers: dict[type, Any] = {Seals: SEALS, Notifier: self.sender, Site: Web()}
        self.bus = Bus(self.clock, SeededChance(3), providers)
        self.failed: list[str] = []
        self._settled = 0
        self.settle()

    def settle(self, before: str = "") -> None:
        """Deliver everything that was published, and what comes of it, until nothing more is, or comes `before`."""
        while self._settled < len(self.store.log):
            message = self.store.log[self._settled]
            if message.name == before:
                return
            self._settled += 1
            self.rerun(message)

    def rerun(self, message: Envelope) -> None:
        """Deliver a message, and again if it loses a race, as a subscriber does."""
        try:
            self.deliver(message)
        except Conflict:
            self.deliver(message)
        except FrontdeskError as error:
            self.failed.append(f"{message.name}: {error.code}")

    def until(self, moment: datetime) -> None:
        """Let time go by: each timer fires at its moment, and all that comes of it is done before the next."""
        self.settle()
        while (timer := self._next()) is not None and timer.due <= moment:
            del self.store.timers[timer.record_id, timer.name]
            self.clock.advance(max(timer.due - self.clock.now(), timedelta()))
            self.deliver(timer.message)
            self.settle()
        self.clock.advance(max(moment - self.clock.now(), timedelta()))

    def passes(self, **by: float) -> None:
        """Let so much time go by."""
        self.until(self.clock.now() + timedelta(**by))

    def booked(self, time: str = "10:00", patient: str = "Ana Torres", **more: Any) -> str:
        """Book something for somebody with a telephone, and return its id."""
        asked = {"patient_phone": PHONE, "patient_channels": ["whatsapp"], **more}
        id = str(self.book(time, patient, **asked)["appointment_id"])
        self.settle()
        return id

    def done(self, id: str, verb: str, body: object = None) -> None:
        """Do something with an appointment, and all that follows."""
        response = self.does(id, verb, body)
        assert response.status < 300, response.body
        self.settle()

    def told(self, *templates: str) -> list[Message]:
        """Return the messages of these templates, or all."""
        wanted = {f"appointment-{template}" for template in templates}
        return [message for message in self.sender.taken if not wanted or message.template in wanted]

    def said(self) -> list[str]:
        """Return what was told, in order: each template without its first word."""
        return [message.template.removeprefix("appointment-") for message in self.sender.taken]

    def _next(self) -> SetTimer | None:
        return min(self.store.timers.values(), key=lambda timer: timer.due, default=None)


PLACE = f"clinic:{CLINIC}"
