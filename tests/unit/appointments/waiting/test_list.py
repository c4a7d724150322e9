"""The waiting list itself: who may join, how one leaves, and what a swap gives up."""

from typing import Any

import pytest

from frontdesk.kernel.callers import Caller
from frontdesk.services.appointments.events import AppointmentBooked, AppointmentCancelled, OfferAccepted
from tests.unit.appointments.booking.clinic import CLINIC, DAY, DOCTOR, STRANGER, at, refusal
from tests.unit.appointments.waiting.world import RECEPTION, Waiting, phone
from tests.unit.driver import content, faults

PHONE = phone("Ana Torres")


@pytest.fixture
def clinic() -> Waiting:
    return Waiting()


def joined(clinic: Waiting, **more: Any) -> Any:
    """Try to join as somebody."""
    return clinic.send(RECEPTION, "POST /waiting-list", {"patient_name": "Ben Soto", **more})


def again(clinic: Waiting, patient: str = "Ben Soto", **more: Any) -> Any:
    """Try to join once more, as somebody who waits may be."""
    return joined(clinic, patient_name=patient, patient_phone=phone(patient), **more)


def test_an_entry_is_shown_as_it_was_wished(clinic: Waiting) -> None:
    id = clinic.waits("Ben Soto", weekdays=[3, 1, 3], window_from="09:00", window_to="12:00", priority=2)

    shown = clinic.entry(id)
    assert (shown["patient_name"], shown["state"], shown["priority"]) == ("Ben Soto", "waiting", 2)
    assert shown["weekdays"] == [1, 3]
    assert (shown["window_from"], shown["window_to"]) == ("09:00", "12:00")
    assert (shown["earliest"], shown["latest"]) == ("2026-03-13", "2026-06-11")


@pytest.mark.parametrize(
    ("wish", "pointer"),
    [
        ({"latest": "2026-03-12"}, "/latest"),
        ({"earliest": "2026-04-02", "latest": "2026-04-01"}, "/latest"),
        ({"latest": "2027-04-01"}, "/latest"),
        ({"earliest": "9999-12-31"}, "/latest"),
        ({"window_from": "12:00", "window_to": "12:00"}, "/window_to"),
        ({"weekdays": [8]}, "/weekdays/0"),
        ({"priority": 0}, "/priority"),
        ({"patient_name": None}, "/patient_name"),
    ],
)
def test_what_nobody_can_wait_for_is_refused(clinic: Waiting, wish: dict[str, Any], pointer: str) -> None:
    assert pointer in faults(joined(clinic, **wish))


def test_only_for_doctors_and_visits_that_there_are(clinic: Waiting) -> None:
    other = clinic.type(name="Otra")
    assert refusal(joined(clinic, doctor_name="Dr. Nadie"))["code"] == "unknown_doctor"
    assert refusal(joined(clinic, visit_type_id="vty_none"))["code"] == "unknown_visit_type"
    assert joined(clinic, visit_type_id=other, doctor_name="Vega").status == 201


def test_the_list_is_for_the_people_of_the_clinic(clinic: Waiting) -> None:
    id = clinic.waits("Ben Soto")

    assert clinic.send(STRANGER, f"GET /waiting-list/{id}").status == 403  # without the scope
    stranger = Caller("usr_x", RECEPTION.scopes, {"clinic:norte": "reception"})
    assert clinic.send(stranger, f"GET /waiting-list/{id}").status == 404
    assert clinic.send(stranger, f"DELETE /waiting-list/{id}").status == 404
    assert clinic.send(stranger, "GET /waiting-list", query={"clinic_id": CLINIC}).status == 404
    assert (
        clinic.send(stranger, "POST /waiting-list", {"clinic_id": CLINIC, "patient_name": "X"}).status == 404
    )
    doctor = Caller("usr_d", RECEPTION.scopes, DOCTOR.grants)
    assert clinic.send(doctor, f"GET /waiting-list/{id}").status == 200
    assert clinic.send(doctor, f"POST /waiting-list/{id}/accept").status == 404


def test_the_list_is_in_the_order_of_turns_and_goes_on(clinic: Waiting) -> None:
    names = ["Ben Soto", "Eva Ruiz", "Gil Paz"]
    for name in names:
        clinic.waits(name)
    clinic.waits("Ida Mora", priority=1)

    first = content(clinic.send(RECEPTION, "GET /waiting-list", query={"limit": "2"}))
    rest = content(clinic.send(RECEPTION, "GET /waiting-list", query={"cursor": first["cursor"]}))
    listed = [one["patient_name"] for page in (first, rest) for one in page["items"]]
    assert listed == ["Ida Mora", *names]
    assert "cursor" not in rest or rest["cursor"] is None


def test_who_is_in_another_state_is_listed_newest_first(clinic: Waiting) -> None:
    gone = [clinic.waits(name) for name in ("Ben Soto", "Eva Ruiz")]
    clinic.waits("Gil Paz")
    for id in gone:
        clinic.ok(RECEPTION, f"DELETE /waiting-list/{id}")

    page = content(clinic.send(RECEPTION, "GET /waiting-list", query={"state": "removed"}))
    assert [one["patient_name"] for one in page["items"]] == ["Eva Ruiz", "Ben Soto"]


def test_who_has_left_is_offered_nothing(clinic: Waiting) -> None:
    id = clinic.waits("Ben Soto")
    assert clinic.ok(RECEPTION, f"DELETE /waiting-list/{id}")["state"] == "removed"
    clinic.cancelled()

    assert clinic.offers() == []
    assert clinic.ok(RECEPTION, f"DELETE /waiting-list/{id}")["state"] == "removed"


def test_who_leaves_with_an_offer_gives_it_to_the_next(clinic: Waiting) -> None:
    first = clinic.waits("Ben Soto")
    clinic.waits("Eva Ruiz")
    clinic.cancelled()
    assert clinic.ok(RECEPTION, f"DELETE /waiting-list/{first}")["state"] == "removed"
    clinic.settle()

    assert clinic.offered_to() == ["Ben", "Eva"]
    assert clinic.state(first) == "removed"


def test_after_the_last_day_nobody_waits_any_more(clinic: Waiting) -> None:
    id = clinic.waits("Ben Soto", latest=DAY)
    clinic.until(at("23:59"))
    assert clinic.state(id) == "waiting"
    clinic.until(at("00:00", "2026-03-17"))

    assert clinic.state(id) == "expired"


def test_without_an_offer_there_is_nothing_to_accept(clinic: Waiting) -> None:
    id = clinic.waits("Ben Soto")

    for verb in ("accept", "decline"):
        assert refusal(clinic.send(RECEPTION, f"POST /waiting-list/{id}/{verb}"))["code"] == "offer_over"


def test_an_offer_is_accepted_once(clinic: Waiting) -> None:
    id = clinic.waits("Ben Soto")
    clinic.cancelled()
    clinic.answers(id, "accept")

    for verb in ("accept", "decline"):
        assert refusal(clinic.send(RECEPTION, f"POST /waiting-list/{id}/{verb}"))["code"] == "offer_over"


def test_a_repeated_request_joins_once(clinic: Waiting) -> None:
    body = {"patient_name": "Ben Soto"}
    answers = [clinic.send(RECEPTION, "POST /waiting-list", body, idempotency_key="k") for _ in range(2)]

    assert content(answers[0]) == content(answers[1])
    assert len(clinic.ok(RECEPTION, "GET /waiting-list")["items"]) == 1


def test_nobody_waits_for_the_same_twice(clinic: Waiting) -> None:
    first = clinic.waits("Ben Soto", doctor_name="Dr. Vega")

    told = refusal(again(clinic, doctor_name="VEGA", priority=1, latest="2026-04-01"))
    assert (told["code"], told["entry_id"]) == ("already_waiting", first)
    assert again(clinic, doctor_name="Dra. Luna").status == 201
    assert again(clinic, doctor_name="Dr. Vega", weekdays=[1]).status == 201
    assert again(clinic, "Eva Ruiz", doctor_name="Dr. Vega").status == 201


@pytest.mark.parametrize("how", ["leaves", "accepts", "expires"])
def test_who_waits_no_more_may_wait_again(clinic: Waiting, how: str) -> None:
    first = clinic.waits("Ben Soto", latest=DAY)
    if how == "leaves":
        clinic.ok(RECEPTION, f"DELETE /waiting-list/{first}")
    elif how == "accepts":
        clinic.cancelled()
        clinic.answers(first, "accept")
    else:
        clinic.until(at("00:00", "2026-03-17"))

    second = clinic.waits("Ben Soto", latest="2026-03-20")
    assert refusal(again(clinic))["entry_id"] == second != first


class TestSwap:
    """Somebody has a visit, and would rather come earlier."""

    @staticmethod
    def swapper(clinic: Waiting, time: str = "16:00", **more: Any) -> tuple[str, str]:
        old = clinic.booked(time, patient_phone=PHONE)
        body = {"swaps": old, **more}
        entry = str(clinic.ok(RECEPTION, "POST /waiting-list", body)["entry_id"])
        clinic.settle()
        return old, entry

    def test_the_old_visit_is_given_up_in_the_same_commit(self, clinic: Waiting) -> None:
        old, entry = self.swapper(clinic)
        clinic.cancelled("10:00", "Gil Paz")
        visit = clinic.answers(entry, "accept")

        assert (visit["appointment_time"], visit["patient_name"]) == ("10:00", "Ana Torres")
        before = clinic.shows(old)
        assert (before["state"], before["cancellation_reason"]) == ("cancelled", "pat-swl")
        assert [busy.appointment_id for busy in clinic.day().busy] == [visit["appointment_id"]]
        names = {AppointmentCancelled.NAME, AppointmentBooked.NAME, OfferAccepted.NAME}
        ids = [
            one.id for one in clinic.store.log if one.source == visit["appointment_id"] and one.name in names
        ]
        assert (len(ids), len({id.rpartition(":")[0] for id in ids})) == (3, 1)

    def test_they_are_told_of_the_new_visit_alone(self, clinic: Waiting) -> None:
        _, entry = self.swapper(clinic)
        clinic.cancelled("10:00", "Gil Paz")
        before = len(clinic.told())
        clinic.answers(entry, "accept")

        (told,) = clinic.told()[before:]
        assert (told.template, told.values["time"]) == ("appointment-booked", "10:00")

    def test_the_time_that_they_leave_is_offered_to_the_next(self, clinic: Waiting) -> None:
        _, entry = self.swapper(clinic)
        clinic.cancelled("10:00", "Gil Paz")
        clinic.waits("Eva Ruiz")
        clinic.answers(entry, "accept")

        assert [(one.values["patient"], one.values["time"]) for one in clinic.offers()] == [
            ("Ana", "10:00"),
            ("Eva", "16:00"),
        ]

    def test_a_time_that_overlaps_their_own_can_be_swapped_for(self, clinic: Waiting) -> None:
        old, entry = self.swapper(clinic, "10:15", duration_minutes=30)
        luna = clinic.booked("10:00", "Gil Paz", doctor_name="Dra. Luna", patient_phone="+56900000003")
        clinic.done(luna, "cancel")
        visit = clinic.answers(entry, "accept")

        assert (visit["doctor_name"], visit["appointment_time"]) == ("Dra. Luna", "10:00")
        assert clinic.shows(old)["state"] == "cancelled"

    def test_a_later_time_is_not_offered(self, clinic: Waiting) -> None:
        self.swapper(clinic, "11:00")
        clinic.cancelled("15:00", "Gil Paz")

        assert clinic.offers() == []

    def test_who_declines_keeps_what_they_have(self, clinic: Waiting) -> None:
        old, entry = self.swapper(clinic)
        clinic.cancelled("10:00", "Gil Paz")
        clinic.answers(entry, "decline")

        assert clinic.shows(old)["state"] == "pending"
        assert [busy.appointment_id for busy in clinic.day().busy] == [old]

    def test_whose_visit_is_gone_meanwhile_is_offered_any_time(self, clinic: Waiting) -> None:
        old, entry = self.swapper(clinic, latest="2026-03-20")
        clinic.done(old, "cancel")
        clinic.passes(minutes=30)
        clinic.cancelled("17:00", "Gil Paz")
        visit = clinic.answers(entry, "accept")

        assert visit["appointment_time"] == "17:00"

    def test_only_ones_own_visit_that_is_to_come_can_be_swapped(self, clinic: Waiting) -> None:
        old = clinic.booked("16:00", patient_phone=PHONE)
        assert faults(joined(clinic, swaps=old)) == {"/swaps": "another_patient"}
        assert joined(clinic, swaps="apt_none").status == 404
        clinic.done(old, "cancel")
        answer = joined(clinic, patient_name="Ana Torres", patient_phone=PHONE, swaps=old)
        assert refusal(answer)["code"] == "illegal_transition"


def test_the_last_day_of_a_swap_is_that_of_the_visit(clinic: Waiting) -> None:
    _, entry = TestSwap.swapper(clinic)

    assert clinic.entry(entry)["latest"] == DAY
