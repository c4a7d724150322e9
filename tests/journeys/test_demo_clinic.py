"""The demo clinic: a desk of appointments and notifications alone. It books, refills and writes without an account."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import httpx
import pytest

from frontdesk.services.appointments.demo import DEMO_CLINIC, DEMO_CLINIC_ID, demo_day
from tests.journeys.running import RunningDesk

pytestmark = pytest.mark.embedded

CHOSEN = ("--services", "appointments,notifications", "--demo")
OWNER = (f"clinic:{DEMO_CLINIC_ID}=owner",)
SCOPES = "appointments:read appointments:write clinics:read waiting-list:read messages:read"
T = TypeVar("T")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    with RunningDesk(tmp_path_factory.mktemp("clinic"), *CHOSEN) as running:
        yield running


@pytest.fixture
def owner(desk: RunningDesk) -> Iterator[httpx.Client]:
    with desk.client(desk.token(SCOPES, grants=OWNER)) as client:
        yield client


def seen(look: Callable[[], T | None], seconds: float = 10.0) -> T:
    """Return what is there in the end."""
    deadline = time.monotonic() + seconds
    while (found := look()) is None:
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)
    return found


def day() -> str:
    return str(demo_day(datetime.now(UTC).astimezone(ZoneInfo(DEMO_CLINIC.time_zone)).date()))


def visits(owner: httpx.Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = owner.get("/appointments", params={"date": day()}).json()["items"]
    return found


def told(desk: RunningDesk, words: str) -> Path | None:
    """Return the message of the outbox that says this."""
    texts = {path: path.read_bytes().decode() for path in (desk.data / "outbox").glob("[!.]*.eml")}
    return next((path for path, text in texts.items() if words in text), None)


def test_it_has_visits_of_the_next_working_day_and_people_who_wait(owner: httpx.Client) -> None:
    assert [visit["appointment_time"] for visit in visits(owner)] == [
        "09:00",
        "09:00",
        "09:30",
        "10:30",
        "11:00",
    ]
    waiting = owner.get("/waiting-list", params={"clinic_id": DEMO_CLINIC_ID}).json()["items"]
    assert waiting[0]["patient_name"] == "Camila Rojas"


def test_a_time_that_is_given_up_is_offered_to_the_first_who_waits(
    desk: RunningDesk, owner: httpx.Client
) -> None:
    (visit,) = (one for one in visits(owner) if one["patient_name"] == "Luis Peña")
    begun = time.monotonic()
    assert owner.post(f"/appointments/{visit['appointment_id']}/cancel", json={"reason": "pat"}).is_success

    offer = seen(lambda: told(desk, "+56900000006"))

    assert time.monotonic() - begun < 10
    assert offer.name.endswith(".whatsapp.eml")


def test_what_patients_were_sent_is_a_page_to_look_at(desk: RunningDesk, owner: httpx.Client) -> None:
    link = owner.post("/outbox/links", json={"place": f"clinic:{DEMO_CLINIC_ID}"}).json()["url"]

    page = httpx.get(link)

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "+56900000001" in page.text
    assert "+5690000000" not in desk.log.read_text()


def test_started_again_it_books_nothing_twice(desk: RunningDesk, owner: httpx.Client) -> None:
    before = {visit["appointment_id"] for visit in visits(owner)}
    desk.stop()

    desk.start()

    with desk.client(desk.token(SCOPES, grants=OWNER)) as again:
        assert {visit["appointment_id"] for visit in visits(again)} == before
