"""A clinic whose patients answer: by a button, a word, or the page behind a link."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from frontdesk.adapters.memory.clock import SeededChance
from frontdesk.entrypoints.api import Request, Response, problem, respond, understand
from frontdesk.kernel.bus import Bus
from frontdesk.kernel.callers import ANYONE, DESK
from frontdesk.kernel.errors import FrontdeskError
from frontdesk.kernel.messages import Message
from frontdesk.kernel.records import Commit
from frontdesk.kernel.unit import Unit
from frontdesk.services.appointments.answers.html import FORM
from frontdesk.services.appointments.answers.links import (
    LETTERS,
    LINKS,
    Link,
    Scope,
    link_id,
    payload,
    token_of,
)
from frontdesk.services.appointments.answers.model import ANSWERS, Answer
from frontdesk.services.appointments.booking import changes
from frontdesk.services.appointments.booking.model import (
    APPOINTMENTS,
    Actor,
    Appointment,
    Party,
    Patient,
    Source,
)
from frontdesk.services.appointments.booking.wishes import Asked, prepare
from frontdesk.services.appointments.events import MessageWanted
from frontdesk.services.appointments.ports import Seals
from frontdesk.services.appointments.service import SERVICE
from frontdesk.services.appointments.waiting.entries import ENTRIES, Entry, EntryState, Wishes
from frontdesk.services.appointments.waiting.offers import OFFERS, Offer
from frontdesk.services.notifications.events import AnswerReceived
from tests.unit.appointments.booking.clinic import CLINIC, Clinic, at
from tests.unit.driver import run

WORDS = {"1": "confirm", "2": "cancel", "3": "move", "cancelar": "cancel"}
BARE = {"2"}
SCOPES = {letter: scope for scope, letter in LETTERS.items()}


def read_payload(text: str) -> tuple[Scope, str]:
    """Return what a button wants, and its token."""
    letter, _, token = text.partition(":")
    return SCOPES[letter], token


class SecretSeals:
    """A digest under a key, as the adapter makes it."""

    def seal(self, purpose: str, text: str) -> str:
        """See `ports.Seals`."""
        digest = hmac.digest(b"key", f"{purpose}\x1f{text}".encode(), hashlib.sha256)
        return urlsafe_b64encode(digest).rstrip(b"=").decode()


SEALS = SecretSeals()


class Answering(Clinic):
    """The whole service. Messages are noted here as sent, with their links; answers come in as notifications tells."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.service = SERVICE
        self.bus = Bus(self.clock, SeededChance(2), {Seals: SEALS})
        self._answers = 0

    def remind(self, appointment_id: str, message_id: str = "msg_1", **more: Any) -> str:
        """Send a message about a visit, as it is now, and return its token."""
        one = self.visit(appointment_id)
        link = Link(
            clinic_id=CLINIC,
            appointment_id=appointment_id,
            patient_id=one.patient_id,
            start=one.time.start,
            dies_at=one.time.start,
            language="es",
            **more,
        )
        token = token_of(message_id, SEALS.seal)
        run(self.store.commit(Commit((LINKS.new(link_id(token), link).record(),))))
        return token

    def offers(self, patient: str = "Ben Soto", clock: str = "11:00") -> str:
        """Keep a time for somebody of the waiting list, and return the offered appointment's id."""
        run(self._offer("apt_offered", patient, clock))
        return "apt_offered"

    async def _offer(self, id: str, patient: str, clock: str) -> None:
        now = self.clock.now()
        unit = Unit(
            "appointments", self.store, now, self.bus.chance, DESK, "test", providers=self.bus.providers
        )
        who = Patient(patient, "+56900000002")
        asked = Asked(
            clinic_id=CLINIC, doctor_id=self.vega, start=at(clock), patient=who, source=Source.WAITING_LIST
        )
        wish = (await prepare(unit, asked)).wish
        until = now + timedelta(minutes=15)
        change = await changes.hold(unit, id, wish, Actor(Party.SYSTEM, "frontdesk"), until)
        day = at(clock).date()
        entry = Entry(
            clinic_id=CLINIC,
            patient_id=wish.patient_id,
            patient=who,
            wishes=Wishes(earliest=day, latest=day),
            zone="America/Santiago",
            joined_at=now,
            expires_at=at(clock),
            state=EntryState.OFFERED,
            offer_id=id,
        )
        offer = Offer(
            clinic_id=CLINIC,
            entry_id="wle_1",
            doctor_id=self.vega,
            patient_id=wish.patient_id,
            start=at(clock),
            made_at=now,
            until=until,
        )
        await change.commit(unit, ENTRIES.new("wle_1", entry), OFFERS.new(id, offer))

    def says(self, word: str, *about: str, reply_to: str = "", person: str = "", **more: Any) -> str:
        """Let a patient write a word, after messages about these visits; return what became of it."""
        answered = about[0] if reply_to else ""
        return self._hear(
            intent=WORDS.get(word, word),
            bare=word in BARE,
            message_id=reply_to,
            about=answered,
            candidates=about,
            person=person,
            **more,
        )

    def presses(self, scope: Scope, token: str, *about: str) -> str:
        """Let a patient press a button; return what became of it."""
        intent = {Scope.RESCHEDULE: "move"}.get(scope, scope.value)
        return self._hear(intent=intent, sure=True, button=link_id(token), candidates=about)

    def _hear(self, **more: Any) -> str:
        self._answers += 1
        id = f"inb_{self._answers}"
        given = {
            "place": f"clinic:{CLINIC}",
            "person": "",
            "sure": False,
            "message_id": "",
            "about": "",
            "button": "",
            "received_at": self.clock.now(),
            **more,
        }
        event = AnswerReceived(answer_id=id, channel="whatsapp", **given)
        self.last = self.tell(event, id)
        answer = self.answer(id)
        return answer.outcome.value if answer else ""

    last: Message

    def answer(self, id: str) -> Answer | None:
        """Return an answer as it is kept."""
        record = run(self.store.get(ANSWERS.name, id))
        return ANSWERS.load(record).value if record else None

    def visit(self, id: str) -> Appointment:
        """Return an appointment as it is kept."""
        record = run(self.store.get(APPOINTMENTS.name, id))
        assert record is not None
        return APPOINTMENTS.load(record).value

    def told(self) -> list[str]:
        """Return the templates of what patients were told in answer."""
        return [wanted.template for wanted in self.heard(MessageWanted)]

    def opens(self, token: str, **query: str) -> Response:
        """Open the page of a link."""
        return self._page("GET", {"t": token, **query}, b"")

    def submits(self, token: str, scope: Scope, seen: datetime, start: datetime | None = None) -> Response:
        """Send a form of the page."""
        fields = {"t": token, "do": payload(scope, "")[0], "seen": str(int(seen.timestamp()))}
        fields |= {"start": str(int(start.timestamp()))} if start else {}
        return self._page("POST", {}, "&".join(f"{name}={value}" for name, value in fields.items()).encode())

    def _page(self, method: str, query: Mapping[str, str], body: bytes) -> Response:
        route, path = self._route(f"{method} /answers")
        request = Request(path, query, {"content-type": FORM} if body else {}, body, "test")
        try:
            call = understand(route, request, ANYONE)
            return respond(route, run(self.bus.ask(self.service, route, call, self.store)))
        except FrontdeskError as error:
            return problem(error, "test")
