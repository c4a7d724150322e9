"""A year of visits, one a day, over both changes of the clocks: every reminder on its minute of the wall clock."""

from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from tests.unit.appointments.booking.clinic import CLINIC, OWNER
from tests.unit.appointments.reminders.world import PHONE, Told

FIRST = date(2026, 3, 17)
DAYS = 365
ALL_WEEK = [{"weekday": day, "start": "08:00", "end": "20:00"} for day in range(1, 8)]
DAY = timedelta(days=1)
BEFORE = {"confirm": 2 * DAY, "pending": DAY, "soon": timedelta(hours=2)}


@pytest.mark.parametrize(
    ("zone", "changes"), [("America/Santiago", 2), ("Europe/London", 2), ("America/Mexico_City", 0)]
)
def test_every_reminder_of_a_year_is_on_its_minute_of_the_wall_clock(zone: str, changes: int) -> None:
    clinic, place = Told(zone=zone), ZoneInfo(zone)
    clinic.ok(OWNER, f"PUT /clinics/{CLINIC}/hours", {"rules": ALL_WEEK})
    visits = {}
    for n in range(DAYS):
        begins = datetime.combine(FIRST + n * DAY, datetime.min.time()) + timedelta(hours=10 + n % 8)
        id = clinic.booked(
            f"{begins:%H:%M}",
            f"Paciente {n}",
            appointment_date=begins.date().isoformat(),
            patient_phone=PHONE,
        )
        visits[id] = begins

    clinic.until(datetime.combine(FIRST + (DAYS + 1) * DAY, datetime.min.time(), place))

    offsets = [datetime.combine(FIRST + n * DAY, datetime.min.time(), place).utcoffset() for n in range(DAYS)]
    assert sum(a != b for a, b in pairwise(offsets)) == changes
    seen = Counter[str]()
    for message in clinic.told(*BEFORE):
        kind = message.template.removeprefix("appointment-")
        at = clinic.sender.at[message.id].astimezone(place).replace(tzinfo=None)
        assert at == visits[message.about] - BEFORE[kind]
        assert message.values["time"] == f"{visits[message.about]:%H:%M}"
        seen[kind] += 1
    assert seen == {"confirm": DAYS, "pending": DAYS, "soon": DAYS}
