"""What patients are told of their visits: each thing once, and nothing that is no longer so."""

from datetime import UTC, datetime, timedelta

import pytest

from frontdesk.kernel.messages import Message as Envelope
from frontdesk.services.appointments.answers.links import LINKS, link_id
from frontdesk.services.appointments.events import AppointmentBooked, MessageWanted
from frontdesk.services.appointments.reminders.planning import ReminderDue
from frontdesk.services.notifications.events import MessageDelivered, MessageFailed, MessageSent
from tests.unit.appointments.answers.world import read_payload
from tests.unit.appointments.booking.clinic import CLINIC, DESK, at
from tests.unit.appointments.reminders.world import PHONE, PLACE, Told
from tests.unit.driver import content, run

MOVE = {"appointment_date": "2026-03-17", "appointment_time": "12:00"}


@pytest.fixture
def clinic() -> Told:
    return Told()


def test_a_booking_is_told_at_once_in_the_language_of_the_clinic(clinic: Told) -> None:
    id = clinic.booked()

    (message,) = clinic.told()
    assert message.template == "appointment-booked"
    assert (message.place, message.about) == (PLACE, id)
    assert message.language == "es"
    assert message.values["patient"] == "Ana"
    assert (message.values["day"], message.values["time"]) == ("lunes 16 de marzo", "10:00")
    assert message.values["doctor"] == "Dr. Vega"
    assert message.addresses.whatsapp == message.addresses.sms == PHONE
    assert message.channels == ("whatsapp",)
    assert message.not_after == at("10:00")


def test_it_is_told_in_the_language_of_the_patient(clinic: Told) -> None:
    clinic.booked(patient_language="pt-BR")

    assert clinic.told()[0].values["day"] == "segunda-feira, 16 de março"


def test_the_link_of_a_message_leads_to_its_visit(clinic: Told) -> None:
    id = clinic.booked()

    address = clinic.told("booked")[0].values["link"]
    token = address.removeprefix("https://desk.example/answers?t=")
    record = run(clinic.store.get(LINKS.name, link_id(token)))
    assert record is not None
    assert LINKS.load(record).value.appointment_id == id
    assert token not in "".join(str(one) for one in clinic.store.records.values())


def test_somebody_who_says_nothing_is_asked_twice_and_reminded_once(clinic: Told) -> None:
    clinic.until(at("10:00", "2026-03-13"))
    clinic.booked("15:00")
    clinic.until(at("16:00"))

    assert clinic.said() == ["booked", "confirm", "pending", "soon"]
    assert [button.intent for button in clinic.told("confirm")[0].buttons] == ["confirm", "cancel", "move"]
    letters = [read_payload(button.payload) for button in clinic.told("confirm")[0].buttons]
    assert [one[0] for one in letters] == ["confirm", "cancel", "reschedule"]


def test_who_has_confirmed_is_not_asked(clinic: Told) -> None:
    clinic.done(clinic.booked("15:00"), "confirm")
    clinic.until(at("16:00"))

    assert clinic.said() == ["booked", "soon"]


def test_who_confirms_when_asked_is_not_asked_again(clinic: Told) -> None:
    id = clinic.booked("15:00")
    clinic.until(at("16:00", "2026-03-14"))
    clinic.done(id, "confirm")
    clinic.until(at("16:00"))

    assert clinic.said() == ["booked", "confirm", "soon"]


def test_after_a_cancellation_nobody_is_reminded(clinic: Told) -> None:
    clinic.done(clinic.booked("15:00"), "cancel")
    clinic.until(at("16:00"))

    assert clinic.said() == ["booked", "cancelled"]


def test_after_a_move_the_reminders_are_those_of_the_new_time(clinic: Told) -> None:
    id = clinic.booked("15:00")
    clinic.done(id, "reschedule", MOVE)
    clinic.until(at("16:00", "2026-03-17"))

    assert clinic.said() == ["booked", "moved", "confirm", "pending", "soon"]
    moved, *reminders = clinic.told("moved", "confirm", "pending", "soon")
    assert moved.replaces
    assert (moved.values["was_day"], moved.values["was_time"]) == ("lunes 16 de marzo", "15:00")
    assert {(one.values["day"], one.values["time"]) for one in reminders} == {("martes 17 de marzo", "12:00")}


def test_a_move_to_a_near_time_leaves_no_timer_of_the_old_one(clinic: Told) -> None:
    clinic.until(at("12:00", "2026-03-15"))
    id = clinic.booked("15:00", appointment_date="2026-03-20")
    clinic.done(id, "reschedule", {"appointment_date": "2026-03-16", "appointment_time": "11:00"})

    assert [name for _, name in clinic.store.timers] == ["soon"]


def test_a_reminder_that_was_on_its_way_when_the_visit_moved_is_not_sent(clinic: Told) -> None:
    id = clinic.booked("15:00")
    late = next(one for one in clinic.store.timers.values() if one.message.name == ReminderDue.NAME).message
    clinic.done(id, "reschedule", MOVE)

    clinic.until(at("15:00", "2026-03-14"))
    clinic.deliver(late)

    assert clinic.said() == ["booked", "moved"]


def test_a_visit_that_moves_there_and_back_is_reminded_of_once(clinic: Told) -> None:
    id = clinic.booked("15:00")
    clinic.until(at("16:00", "2026-03-14"))
    clinic.done(id, "reschedule", MOVE)
    clinic.done(id, "reschedule", {"appointment_date": "2026-03-16", "appointment_time": "15:00"})
    clinic.until(at("16:00"))

    assert clinic.said() == ["booked", "confirm", "moved", "moved", "pending", "soon"]


def test_what_is_delivered_twice_is_told_once(clinic: Told) -> None:
    clinic.booked("15:00")
    timers = [timer.message for timer in clinic.store.timers.values()]
    clinic.until(at("13:30"))
    for message in (*clinic.store.log, *timers):
        clinic.deliver(message)

    assert len(clinic.sender.handed) == len(clinic.sender.taken) == 4


def test_a_crash_after_the_handing_over_hands_the_same_message_over_again(clinic: Told) -> None:
    clinic.booked()
    first = clinic.sender.handed[0]
    forgotten = [key for key in clinic.store.records if key[0] in {"reminder", "answer_link"}]
    for key in forgotten:
        del clinic.store.records[key]

    clinic.deliver(_booked(clinic))

    assert clinic.sender.handed == [first, first]


def test_while_nobody_takes_messages_over_they_are_tried_again(clinic: Told) -> None:
    clinic.sender.is_down = True
    clinic.booked()
    assert clinic.failed == ["Appointment Booked: unavailable"]

    clinic.sender.is_down = False
    clinic.deliver(_booked(clinic))

    assert clinic.said() == ["booked"]


def test_reminders_are_planned_although_nobody_takes_messages_over(clinic: Told) -> None:
    clinic.sender.is_down = True
    clinic.booked("15:00")
    clinic.sender.is_down = False
    clinic.until(at("16:00"))

    assert clinic.said() == ["confirm", "pending", "soon"]


def test_a_booking_that_is_told_too_late_is_not_told(clinic: Told) -> None:
    clinic.sender.is_down = True
    id = clinic.booked()
    late = _booked(clinic)
    clinic.sender.is_down = False
    clinic.done(id, "reschedule", MOVE)
    clinic.deliver(late)

    assert clinic.said() == ["moved"]


def test_a_reminder_that_fires_within_the_last_hour_is_not_sent(clinic: Told) -> None:
    clinic.booked("15:00")
    clinic.clock.advance(at("14:30") - clinic.clock.now())
    clinic.passes(minutes=1)

    assert clinic.said() == ["booked"]


def test_who_cannot_be_reached_is_noted(clinic: Told) -> None:
    id = clinic.booked(patient_phone=None, patient_channels=[])

    assert clinic.told() == []
    (told,) = content(clinic.send(DESK, f"GET /appointments/{id}/reminders"))["told"]
    assert (told["reached"], told["why"]) == ("skipped", "no_address")


def test_who_comes_without_an_appointment_is_told_nothing(clinic: Told) -> None:
    clinic.until(at("10:10"))
    clinic.booked("10:00")

    assert clinic.told() == []


def test_a_visit_that_is_cancelled_reopened_and_cancelled_is_told_of_each_time(clinic: Told) -> None:
    id = clinic.booked("15:00")
    for verb in ("cancel", "reopen", "cancel"):
        clinic.done(id, verb)

    assert clinic.said() == ["booked", "cancelled", "booked", "cancelled"]


def test_a_hold_that_lapses_is_told_to_nobody(clinic: Told) -> None:
    body = clinic.asks(patient_phone=PHONE)
    clinic.ok(DESK, "POST /holds", body)
    clinic.passes(hours=1)

    assert clinic.told() == []


def test_a_visit_that_is_let_go_is_told(clinic: Told) -> None:
    clinic = Told(pending_policy="release", release_hours=24)
    clinic.booked("15:00")
    clinic.until(at("15:01", "2026-03-15"))

    assert clinic.said()[-1] == "cancelled"


def test_messages_keep_to_the_quiet_hours_and_answers_come_at_once(clinic: Told) -> None:
    id = clinic.booked()
    clinic.tell(_wanted(id, "appointment-confirmed"), id)

    booked, answer = clinic.told()
    assert booked.quiet is not None
    assert (booked.quiet.begins, booked.quiet.ends, booked.quiet.zone) == (
        "21:00",
        "08:00",
        "America/Santiago",
    )
    assert answer.quiet is None
    assert answer.not_after is None


def test_which_visit_is_asked_with_a_button_for_each(clinic: Told) -> None:
    first, second = clinic.booked("10:00"), clinic.booked("11:00", doctor_name="Dra. Luna")
    clinic.tell(_wanted(first, "appointment-which", visits=(first, second), scope="cancel"), first)

    (message,) = clinic.told("which")
    assert [button.intent for button in message.buttons] == ["visit", "visit"]
    assert [button.label for button in message.buttons] == message.values["visits"].split("\n")
    assert "Dra. Luna" in message.buttons[1].label
    tokens = [read_payload(button.payload) for button in message.buttons]
    assert [one[0] for one in tokens] == ["cancel", "cancel"]
    links = [run(clinic.store.get(LINKS.name, link_id(one[1]))) for one in tokens]
    assert [LINKS.load(one).value.appointment_id for one in links if one] == [first, second]


def test_which_visit_is_asked_with_names_where_a_telephone_is_of_several(clinic: Told) -> None:
    first, second = clinic.booked("10:00", "Ana Torres"), clinic.booked("11:00", "Luis Torres")
    clinic.tell(_wanted(first, "appointment-which", visits=(first, second), scope="cancel"), first)

    (message,) = clinic.told("which")
    assert [button.label.partition(":")[0] for button in message.buttons] == ["Ana", "Luis"]
    assert message.values["visits"].split("\n") == [button.label for button in message.buttons]


def test_the_desk_sees_what_was_told_how_far_it_came_and_what_is_to_come(clinic: Told) -> None:
    id = clinic.booked("15:00")
    booked = clinic.told("booked")[0].id
    shared = {"message_id": booked, "place": PLACE, "about": id, "person": "", "channel": "whatsapp"}
    clinic.tell(MessageDelivered(**shared), "m", 2)
    clinic.tell(MessageSent(**shared), "m", 1)
    clinic.tell(MessageFailed(**{**shared, "message_id": "another"}, code="131026"), "n")

    shown = content(clinic.send(DESK, f"GET /appointments/{id}/reminders"))

    assert [(one["kind"], one["reached"]) for one in shown["told"]] == [("appointment-booked.0", "delivered")]
    assert [one["kind"] for one in shown["planned"]] == ["confirm", "pending", "soon"]
    clinic.done(id, "confirm")
    shown = content(clinic.send(DESK, f"GET /appointments/{id}/reminders"))
    assert [one["kind"] for one in shown["planned"]] == ["soon"]


def test_no_event_says_who_somebody_is(clinic: Told) -> None:
    clinic.booked("15:00")
    clinic.until(at("16:00"))

    assert not any(word in one.body for one in clinic.store.log for word in ("Ana", "5690"))


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("America/Santiago", datetime(2026, 3, 30, 15, 0, tzinfo=UTC)),
        ("America/Santiago", datetime(2026, 8, 31, 16, 0, tzinfo=UTC)),
        ("Europe/London", datetime(2026, 3, 23, 12, 0, tzinfo=UTC)),
    ],
)
def test_a_visit_after_the_clocks_change_is_told_at_its_new_hour(zone: str, first: datetime) -> None:
    clinic = Told(zone=zone)
    clinic.until(first)
    day = (first + timedelta(days=14)).date().isoformat()
    clinic.booked("12:00", appointment_date=day)
    clinic.until(first + timedelta(days=15))

    assert {message.values["time"] for message in clinic.told()} == {"12:00"}
    assert clinic.said() == ["booked", "confirm", "pending", "soon"]


def _booked(clinic: Told) -> Envelope:
    return next(one for one in clinic.store.log if one.name == AppointmentBooked.NAME)


def _wanted(id: str, template: str, visits: tuple[str, ...] = (), scope: str = "") -> MessageWanted:
    return MessageWanted(
        clinic_id=CLINIC,
        appointment_id=id,
        patient_id="pat_1",
        template=template,
        cause_id="ans_1",
        visits=visits,
        scope=scope,
    )
