"""Whole conversations: what was sent, with its buttons and links, is what can be answered. Nobody in between."""

from datetime import timedelta
from typing import Any

import pytest

from frontdesk.kernel.bus import Bus
from frontdesk.services.appointments.answers.links import Scope
from frontdesk.services.appointments.booking.states import State
from frontdesk.services.appointments.ports import Message, Notifier, Seals, Site
from tests.unit.appointments.answers.world import SEALS, Answering, read_payload
from tests.unit.appointments.booking.clinic import DAY, at

SITE = "https://desk.example"


class Phone:
    """The patient's telephone. A message that comes twice is shown once."""

    def __init__(self) -> None:
        self.messages: dict[str, Message] = {}

    async def send(self, message: Message) -> None:
        """See `ports.Notifier`."""
        self.messages.setdefault(message.id, message)

    @property
    def newest(self) -> Message:
        """The last message."""
        return list(self.messages.values())[-1]


class Address:
    """Where the desk is reached."""

    site = SITE


class Conversation(Answering):
    """A clinic and one telephone."""

    def __init__(self) -> None:
        super().__init__()
        self.phone = Phone()
        providers: dict[type, Any] = {Seals: SEALS, Notifier: self.phone, Site: Address()}
        self.bus = Bus(self.clock, self.bus.chance, providers)
        self._settled = len(self.store.log)

    def settle(self) -> None:
        """Let everything come of what was published, each message twice."""
        while self._settled < len(self.store.log):
            message = self.store.log[self._settled]
            self._settled += 1
            for _ in range(2):
                self.deliver(message)

    def visit_of_ana(self, time: str = "10:00", name: str = "Ana Torres") -> str:
        """Book a visit, and have it told."""
        channels = {"patient_phone": "+56900000001", "patient_channels": ["whatsapp"]}
        id = str(self.book(time, name, **channels)["appointment_id"])
        self.settle()
        return id

    def taps(self, intent: str, label: str = "") -> str:
        """Press a button of the newest message."""
        buttons = self.phone.newest.buttons
        (one,) = [one for one in buttons if one.intent == intent and label in one.label]
        came = self.presses(*read_payload(one.payload), self.phone.newest.about)
        self.settle()
        return came

    def writes(self, word: str) -> str:
        """Write a word after the newest message."""
        came = self.says(word, self.phone.newest.about, person=self.phone.newest.person)
        self.settle()
        return came


@pytest.fixture
def clinic() -> Conversation:
    """Return a clinic that talks."""
    return Conversation()


def test_no_is_asked_again_with_buttons_and_the_button_cancels(clinic: Conversation) -> None:
    id = clinic.visit_of_ana()

    assert clinic.writes("2") == "sure"
    assert clinic.phone.newest.template == "appointment-sure"
    assert clinic.taps("cancel") == "cancelled"
    assert clinic.phone.newest.template == "appointment-cancelled"
    assert clinic.visit(id).state is State.CANCELLED


def test_who_is_asked_which_says_so_by_a_button(clinic: Conversation) -> None:
    first, second = clinic.visit_of_ana(), clinic.visit_of_ana("12:00")

    assert clinic.writes("1") == "which"
    assert len(clinic.phone.newest.buttons) == 2
    assert clinic.taps("visit", "12:00") == "confirmed"
    assert (clinic.visit(first).state, clinic.visit(second).state) == (State.PENDING, State.CONFIRMED)


def test_the_button_for_which_one_cancels_when_it_was_a_no(clinic: Conversation) -> None:
    first, second = clinic.visit_of_ana(), clinic.visit_of_ana("12:00")

    assert clinic.writes("2") == "which"
    assert clinic.taps("visit", "10:00") == "cancelled"
    assert (clinic.visit(first).state, clinic.visit(second).state) == (State.CANCELLED, State.PENDING)


def test_an_old_button_after_a_move_brings_a_new_message_whose_buttons_work(clinic: Conversation) -> None:
    id = clinic.visit_of_ana()
    clinic.writes("2")
    old = clinic.phone.newest
    body = {"appointment_date": DAY, "appointment_time": "15:00"}
    assert clinic.does(id, "reschedule", body).status == 200
    clinic.settle()
    clinic.clock.advance(timedelta(minutes=1))
    button = next(one for one in old.buttons if one.intent == "cancel")

    assert clinic.presses(*read_payload(button.payload), id) == "time_changed"
    clinic.settle()
    assert clinic.phone.newest.values["time"] == "15:00"
    assert clinic.taps("confirm") == "confirmed"


def test_the_link_of_a_message_leads_to_the_visit(clinic: Conversation) -> None:
    clinic.visit_of_ana()
    clinic.writes("3")
    link = clinic.phone.newest.values["link"]
    token = link.removeprefix(f"{SITE}/answers?t=")

    assert "martes" not in clinic.opens(token).body.decode()
    assert "lunes 16 de marzo a las 10:00" in clinic.opens(token).body.decode()
    assert "cambiada" in clinic.submits(token, Scope.RESCHEDULE, at("10:00"), at("15:00")).body.decode()


def test_nobody_is_told_anything_twice(clinic: Conversation) -> None:
    clinic.visit_of_ana()
    clinic.writes("1")

    told = [message.template for message in clinic.phone.messages.values()]
    assert told == ["appointment-booked", "appointment-confirmed"]


def test_no_token_of_a_message_is_kept_anywhere(clinic: Conversation) -> None:
    clinic.visit_of_ana()
    clinic.writes("2")
    tokens = [one.payload.partition(":")[2] for one in clinic.phone.newest.buttons]
    kept = "".join(f"{record.id}{record.body}" for record in clinic.store.records.values())
    told = "".join(message.body for message in clinic.store.log)

    assert [token for token in tokens if token in kept or token in told] == []
