"""A doctor's feed: who has the address reads the times, and no name; whoever revokes it ends that."""

from datetime import timedelta

from icalendar import Calendar

from frontdesk.services.appointments.calendar.feeds import FEEDS, MAX_FEEDS
from tests.unit.appointments.booking.clinic import DAY, DESK, DOCTOR, STRANGER, at
from tests.unit.appointments.calendar.reading import SITE, Calendars, read
from tests.unit.driver import content


def states(calendar: Calendar) -> dict[str, str]:
    """Return the status of each event by its time in Santiago's summer."""
    return {f"{one.start - timedelta(hours=3):%H:%M}": str(one["STATUS"]) for one in calendar.events}


def test_a_feed_shows_the_doctors_visits_as_they_are() -> None:
    clinic = Calendars()
    url = clinic.feed_url()
    kept, moved, off = (
        clinic.book(clock, name)["appointment_id"]
        for clock, name in (("10:00", "Ana"), ("11:00", "Ben"), ("12:00", "Cleo"))
    )
    clinic.book("13:00", doctor_name="Dra. Luna")
    clinic.does(kept, "confirm")
    clinic.does(moved, "reschedule", {"appointment_date": DAY, "appointment_time": "15:00"})
    clinic.does(off, "cancel", {})
    calendar = read(clinic.fetch(url))

    assert calendar["METHOD"] == "PUBLISH"
    assert calendar.calendar_name == "Dr. Vega · Sur"
    assert states(calendar) == {"10:00": "CONFIRMED", "15:00": "TENTATIVE", "12:00": "CANCELLED"}
    assert {str(one["UID"]) for one in calendar.events} == {f"{id}@frontdesk" for id in (kept, moved, off)}
    assert {one["SEQUENCE"] for one in calendar.events} == {0, 1}


def test_a_feed_is_the_same_until_something_changes() -> None:
    clinic = Calendars()
    url = clinic.feed_url()
    clinic.book("10:00")
    first = clinic.fetch(url).body
    clinic.clock.advance(timedelta(hours=1))

    assert clinic.fetch(url).body == first


def test_a_feed_names_no_patient_and_tells_nothing_of_them() -> None:
    clinic = Calendars()
    url = clinic.feed_url()
    clinic.book(
        patient_phone="+56900000001", patient_email="ana@example.com", reason="a secret", notes="a note"
    )
    body = clinic.fetch(url).body

    for secret in (b"Ana", b"Torres", b"secret", b"note", b"5690", b"ana@", b"pat_"):
        assert secret not in body


def test_what_is_only_held_or_was_a_mistake_is_in_no_feed() -> None:
    clinic = Calendars()
    url = clinic.feed_url()
    clinic.ok(DESK, "POST /holds", clinic.asks("10:00"))
    mistake = clinic.book("11:00")["appointment_id"]
    assert clinic.does(mistake, "mark-mistaken").status == 200

    assert states(read(clinic.fetch(url))) == {}


def test_a_feed_shows_a_month_back_and_six_ahead() -> None:
    clinic = Calendars()
    url = clinic.feed_url()
    for date in (DAY, "2026-09-14", "2026-09-21"):
        clinic.book("10:00", appointment_date=date)

    assert len(read(clinic.fetch(url)).events) == 2
    clinic.clock.advance(timedelta(days=40))
    assert [one.start.month for one in read(clinic.fetch(url)).events] == [9, 9]


def test_a_feed_of_many_visits_has_them_all() -> None:
    clinic = Calendars(max_open_per_patient=50)
    url = clinic.feed_url()
    clocks = [f"{hour:02}:{minute:02}" for hour in range(9, 14) for minute in (0, 15, 30, 45)]
    starts = [at(clock, f"2026-03-{day}") for day in range(16, 21) for clock in clocks]
    for number, start in enumerate(starts):
        local = start - timedelta(hours=3)
        clinic.book(f"{local:%H:%M}", f"P{number}", appointment_date=f"{local:%Y-%m-%d}", duration_minutes=15)
    clinic.book("14:00", "P last", appointment_date="2026-03-20", duration_minutes=15)

    assert [one.start for one in read(clinic.fetch(url)).events] == [*starts, at("14:00", "2026-03-20")]


def test_only_a_good_token_opens_a_feed_and_only_its_doctors() -> None:
    clinic = Calendars()
    url = clinic.feed_url()

    assert clinic.fetch(url[:-1] + ("A" if url[-1] != "A" else "B")).status == 404
    assert clinic.fetch(url.partition("?")[0]).status == 404
    assert clinic.fetch(url.rpartition(".")[0]).status == 404
    assert clinic.fetch(url.replace(clinic.vega, clinic.luna)).status == 404


def test_a_token_has_128_bits_is_shown_once_and_only_its_digest_is_kept() -> None:
    clinic = Calendars()
    body = {"label": "Telephone"}
    line = f"POST /doctors/{clinic.vega}/calendar-feeds"
    first = content(clinic.send(DESK, line, body, idempotency_key="k"))
    again = content(clinic.send(DESK, line, body, idempotency_key="k"))
    secret = first["url"].rpartition(".")[2]

    assert first["url"].startswith(f"{SITE}/doctors/{clinic.vega}/calendar.ics?token={first['feed_id']}.")
    assert len(secret) == 22
    assert again == {**first, "url": None}
    assert secret not in clinic.everything(FEEDS)
    assert secret not in str(content(clinic.send(DESK, f"GET /doctors/{clinic.vega}/calendar-feeds")))


def test_a_revoked_feed_shows_nothing_and_others_go_on() -> None:
    clinic = Calendars()
    lost, kept = clinic.feed_url("Lost"), clinic.feed_url("Kept")
    listed = content(clinic.send(DESK, f"GET /doctors/{clinic.vega}/calendar-feeds"))["items"]
    id = next(one["feed_id"] for one in listed if one["label"] == "Lost")

    assert clinic.send(STRANGER, f"DELETE /calendar-feeds/{id}").status == 404
    assert [clinic.send(DOCTOR, f"DELETE /calendar-feeds/{id}").status for _ in range(2)] == [200, 200]
    assert (clinic.fetch(lost).status, clinic.fetch(kept).status) == (404, 200)
    left = content(clinic.send(DESK, f"GET /doctors/{clinic.vega}/calendar-feeds"))["items"]
    assert [one["label"] for one in left] == ["Kept"]
    assert content(clinic.send(DESK, f"GET /calendar-feeds/{id}"))["revoked_at"] is not None


def test_a_doctor_has_twenty_feeds_at_most() -> None:
    clinic = Calendars()
    for number in range(MAX_FEEDS):
        clinic.feed_url(str(number))
    line = f"POST /doctors/{clinic.vega}/calendar-feeds"
    refused = clinic.send(DESK, line, {"label": "one more"})
    assert (refused.status, content(refused)["code"]) == (409, "too_many_feeds")

    listed = content(clinic.send(DESK, f"GET /doctors/{clinic.vega}/calendar-feeds"))["items"]
    clinic.send(DESK, f"DELETE /calendar-feeds/{listed[0]['feed_id']}")
    assert clinic.send(DESK, line, {"label": "one more"}).status == 201


def test_a_stranger_makes_and_sees_no_feed() -> None:
    clinic = Calendars()

    assert clinic.send(STRANGER, f"POST /doctors/{clinic.vega}/calendar-feeds", {"label": "x"}).status == 404
    assert clinic.send(STRANGER, f"GET /doctors/{clinic.vega}/calendar-feeds").status == 404
