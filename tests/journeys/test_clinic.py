"""A clinic and its patients: WhatsApp is all that they need, and no two of them are given the same time."""

import logging
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from frontdesk.services.appointments.dates import say_near_day
from tests.journeys.clinics import Clinic, becomes, minute_after
from tests.journeys.conftest import STAGE_SECONDS
from tests.journeys.desk import Desk
from tests.journeys.running import RunningDesk
from tests.whatsapp.cloud import Person, WhatsAppCloud
from tests.whatsapp.sent import Sent

pytestmark = pytest.mark.timeout(STAGE_SECONDS)  # a reminder is due on a whole minute, and waited for

ANA, BEN = "+525512345678", "+525587654321"
YES = "0"  # the place of the button that says so
PATIENCE_SECONDS = 60.0  # with a stage that starts its functions as they are needed
OFFER_SECONDS = 10.0
ASKING = 50
log = logging.getLogger(__name__)


@pytest.fixture(scope="module")
def desk(
    stage: Desk | None, cloud: WhatsAppCloud, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """Give a desk that has been told where WhatsApp is; a stage knows from its first day on."""
    if stage is not None:
        cloud.subscribe(f"{stage.url}/webhooks/whatsapp")
        yield stage
        return
    with pytest.MonkeyPatch.context() as patch:
        for name, value in cloud.settings().items():
            patch.setenv(f"FRONTDESK_{name}", value)
        with RunningDesk(tmp_path_factory.mktemp("clinic")) as running:
            cloud.subscribe(f"{running.url}/webhooks/whatsapp")
            yield running
            running.stop()


def gets(person: Person, about: str, n: int = 1, seconds: float = PATIENCE_SECONDS) -> Sent:
    """Return the n-th message of a kind that somebody gets: by a template's name, or words of a free text."""

    def wanted(sent: Sent) -> bool:
        return sent.to == person.wa_id and about in (sent.template or sent.text)

    return person.cloud.wait(wanted, n=n, seconds=seconds)


def statuses(clinic: Clinic, calendar: str) -> dict[str, str]:
    """Return what a calendar program shows of each visit."""
    return {id: str(event["STATUS"]) for id, event in clinic.calendar(calendar).items()}


def counted(person: Person) -> Counter[str]:
    """Return how often somebody got which template; "" for texts that answer them."""
    return Counter(sent.template for sent in person.cloud.sent if sent.to == person.wa_id)


def known(clinic: Clinic, ana: Person) -> str:
    """Let Ana be known here: reception booked a visit for her, and had to cancel it. Return its id."""
    later = str(minute_after(0).date() + timedelta(days=9))
    wish = clinic.wish("Ana Torres", ANA, later, "10:00")
    id: str = clinic.send("/appointments", **wish)["appointment_id"]
    gets(ana, "cita_reservada")
    clinic.send(f"/appointments/{id}/cancel", reason="prov")
    gets(ana, "cita_cancelada")
    return id


def books(clinic: Clinic, ana: Person, seconds: float) -> tuple[str, datetime, datetime]:
    """Let Ana book for tomorrow. Return the appointment's id, its start, and when she is to be reminded.

    She is to be a day before at a certain time, which is the first whole minute that is at least so far away.
    """
    ana.write("Hola, quiero una hora por favor")
    shown = gets(ana, "estas horas están libres")
    due = minute_after(seconds)
    clinic.remind({"kind": "confirm", "days_before": 1, "at": f"{due:%H:%M}"})
    day = due.date() + timedelta(days=1)
    chosen = [title for title in shown.buttons if title.endswith(say_near_day(day, "es"))][1]
    ana.press(shown, chosen, again=1)  # the webhook comes twice
    gets(ana, "cita_reservada", 2)
    (visit,) = clinic.visits(str(day))
    assert (visit["source"], visit["state"]) == ("patient", "pending")
    assert chosen.startswith(visit["appointment_time"])
    return visit["appointment_id"], datetime.fromisoformat(visit["start_utc"]), due


def test_a_visit_that_is_booked_and_given_up_by_whatsapp_is_somebody_elses_a_moment_later(
    desk: Desk, cloud: WhatsAppCloud
) -> None:
    ana, ben = cloud.person(ANA), cloud.person(BEN)
    with Clinic(desk, "los-olmos") as clinic:
        calendar = clinic.set_up().subscribe()
        before = known(clinic, ana)
        first, start, due = books(clinic, ana, 20 if desk.has_gateway else 1)
        day = str(start.astimezone(due.tzinfo).date())
        entry = clinic.send("/waiting-list", **clinic.patient("Ben Soto", BEN), latest=day)["entry_id"]
        becomes(lambda: statuses(clinic, calendar), {before: "CANCELLED", first: "TENTATIVE"})

        reminder = gets(ana, "cita_confirmar", seconds=60 + PATIENCE_SECONDS)
        assert datetime.now(UTC) >= due
        assert reminder.parameters[3] == f"{start.astimezone(due.tzinfo):%H:%M}"

        ana.write("no puedo")
        ana.press(gets(ana, "¿cancelamos su cita"), "Cancelar")
        said = time.monotonic()
        offer = gets(ben, "cita_oferta")
        took = time.monotonic() - said
        log.info("an offer %.2f s after a visit was given up", took)
        assert took < OFFER_SECONDS
        gets(ana, "cita_cancelada", 2)

        ben.press(offer, YES, again=2)
        told = gets(ben, "cita_reservada")
        second = clinic.look(f"/waiting-list/{entry}")["offered_appointment_id"]
        assert told.parameters[1:5] == reminder.parameters[1:5] == offer.parameters[1:5]
        now = {before: "CANCELLED", first: "CANCELLED", second: "CONFIRMED"}
        becomes(lambda: statuses(clinic, calendar), now)
        visits = clinic.calendar(calendar)
        assert {visits[id].DTSTART for id in (first, second)} == {start}
        assert clinic.visit(first)["cancellation_reason"] == "pat-crs"
        assert clinic.visit(second)["patient_name"] == "Ben Soto"
        assert clinic.look(f"/waiting-list/{entry}")["state"] == "accepted"
        figures = clinic.look(f"/clinics/{clinic.id}/statistics", **{"from": day, "to": day})
        assert (figures["cancelled"], figures["refilled_from_list"]) == (1, 1)

        ana.press(reminder, YES)  # an old button: too late
        gets(ana, "está cancelada o ya ha pasado")
        desk.wait_until_settled()
        assert [clinic.visit(id)["state"] for id in (first, second)] == ["cancelled", "confirmed"]
        assert counted(ana) == {"cita_reservada_v1": 2, "cita_cancelada_v1": 2, "cita_confirmar_v1": 1, "": 3}
        assert counted(ben) == {"cita_oferta_v1": 1, "cita_reservada_v1": 1}


def test_of_fifty_who_ask_for_one_time_one_has_it_and_all_others_are_told_when_there_is_room(
    desk: Desk,
) -> None:
    day = str(minute_after(0).date() + timedelta(days=3))
    with Clinic(desk, "los-robles") as clinic:
        clinic.set_up()
        wishes = [clinic.wish(f"Patient {n}", f"+5255000000{n:02}", day, "12:00") for n in range(ASKING)]

        with ThreadPoolExecutor(min(ASKING, desk.at_once)) as pool:
            answers = list(pool.map(lambda wish: clinic.staff.post("/appointments", json=wish), wishes))

        assert Counter(answer.status_code for answer in answers) == {201: 1, 409: ASKING - 1}
        (won,) = (answer.json()["appointment_id"] for answer in answers if answer.is_success)
        lost = [answer.json() for answer in answers if not answer.is_success]
        assert {one["code"] for one in lost} == {"slot_taken"}
        free = {tuple(time["appointment_time"] for time in one["alternatives"]) for one in lost}
        assert free == {("12:30", "12:45", "13:00", "13:15", "13:30")}
        becomes(lambda: [one["appointment_id"] for one in clinic.visits(day)], [won])
        elsewhere = clinic.wish(
            "Patient 50", "+525500000050", day, lost[-1]["alternatives"][0]["appointment_time"]
        )
        assert clinic.send("/appointments", **elsewhere)["state"] == "pending"
