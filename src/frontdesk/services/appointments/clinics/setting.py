"""What may be said of a clinic, a doctor, a visit type and a week. Pure: from what is sent to what is kept.

Each raises Invalid with every fault at once.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from frontdesk.kernel.errors import Fault, Invalid, Rejected
from frontdesk.services.appointments.clinics.commands import (
    MAX_SPAN_DAYS,
    AddException,
    SetClinic,
    SetDoctor,
    SetReminder,
    SetRule,
    SetVisitType,
)
from frontdesk.services.appointments.clinics.model import (
    Clinic,
    Doctor,
    Quiet,
    ReminderStep,
    VisitType,
)
from frontdesk.services.appointments.clinics.names import plain_name
from frontdesk.services.appointments.hours.week import HoursException, WeeklyRule

GRIDS = (5, 10, 15, 20, 30, 60)  # minutes; each begins anew with every hour
FIRST_DAY, LAST_DAY = date(1971, 1, 1), date(9990, 12, 31)  # around these there is room for any time zone

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class ZoneFixed(Rejected):
    """A clinic keeps its time zone: its visits are promised by its clocks."""


def clinic_as(wish: SetClinic, before: Clinic | None) -> Clinic:
    """Return a clinic as its owner wants it. Raises Invalid, ZoneFixed."""
    faults = [*_zone_faults("/time_zone", wish.time_zone), *_reminder_faults(wish.reminders)]
    if wish.grid_minutes not in GRIDS:
        faults.append(Fault("/grid_minutes", "not_a_grid", f"Must be one of {', '.join(map(str, GRIDS))}."))
    _refuse(faults)
    if before is not None and wish.time_zone != before.time_zone:
        raise ZoneFixed(time_zone=before.time_zone)
    fields = msgspec.structs.asdict(wish)
    quiet = wish.quiet_hours
    fields["quiet_hours"] = Quiet(quiet.begins, quiet.ends) if quiet else None
    fields["reminders"] = tuple(ReminderStep(**msgspec.structs.asdict(step)) for step in wish.reminders)
    return Clinic(**fields)


def doctor_as(wish: SetDoctor, clinic_id: str) -> Doctor:
    """Return a doctor as the clinic's owner wants it. Raises Invalid."""
    faults = [] if wish.time_zone is None else [*_zone_faults("/time_zone", wish.time_zone)]
    named = [("/name", wish.name), *[(f"/aliases/{n}", alias) for n, alias in enumerate(wish.aliases)]]
    faults += [_nameless(pointer) for pointer, name in named if not plain_name(name)]
    _refuse(faults)
    return Doctor(clinic_id=clinic_id, **msgspec.structs.asdict(wish))


def visit_type_as(wish: SetVisitType, clinic_id: str, grid_minutes: int) -> VisitType:
    """Return a visit type as the clinic's owner wants it. Raises Invalid."""
    faults = []
    if wish.duration_minutes % grid_minutes:
        advice = f"Must be a multiple of the clinic's grid, {grid_minutes} minutes."
        faults.append(Fault("/duration_minutes", "off_grid", advice))
    if (wish.price is None) != (wish.currency is None):
        faults.append(
            Fault("/currency", "price_and_currency", "Send both a price and its currency, or neither.")
        )
    if not plain_name(wish.name):
        faults.append(_nameless("/name"))
    _refuse(faults)
    return VisitType(clinic_id=clinic_id, **msgspec.structs.asdict(wish))


def rules_as(wishes: Iterable[SetRule]) -> tuple[WeeklyRule, ...]:
    """Return a week's rules, in order. Raises Invalid."""
    rules = tuple(wishes)
    _refuse(fault for n, rule in enumerate(rules) for fault in _rule_faults(f"/rules/{n}", rule))
    made = [WeeklyRule(**msgspec.structs.asdict(rule)) for rule in rules]
    return tuple(sorted(made, key=lambda rule: (rule.weekday, rule.start, rule.end, str(rule.valid_from))))


def exception_as(wish: AddException, id: str) -> HoursException:
    """Return an exception as it is kept. Raises Invalid."""
    last = wish.last or wish.first
    faults = [*_order_faults("", wish.start, wish.end)]
    if not FIRST_DAY <= wish.first <= last <= LAST_DAY or (last - wish.first).days >= MAX_SPAN_DAYS:
        advice = f"Must not be before first, and of at most {MAX_SPAN_DAYS} days."
        faults.append(Fault("/last", "wrong_dates", advice))
    _refuse(faults)
    fields = msgspec.structs.asdict(wish)
    return HoursException(**{**fields, "last": last, "exception_id": id})


def _rule_faults(pointer: str, rule: SetRule) -> Iterator[Fault]:
    yield from _order_faults(pointer, rule.start, rule.end)
    if rule.valid_from and rule.valid_to and rule.valid_to < rule.valid_from:
        yield Fault(f"{pointer}/valid_to", "wrong_dates", "Must not be before valid_from.")


def _order_faults(pointer: str, start: str, end: str) -> Iterator[Fault]:
    if end <= start:
        advice = (
            "Must be later than start; what goes over midnight is one rule until 24:00 and one from 00:00."
        )
        yield Fault(f"{pointer}/end", "wrong_order", advice)


def _reminder_faults(steps: Iterable[SetReminder]) -> Iterator[Fault]:
    for n, step in enumerate(steps):
        if step.minutes_before is not None and (step.days_before or step.at):
            advice = "Say how many minutes before, or on which day and when, not both."
            yield Fault(f"/reminders/{n}/minutes_before", "two_times", advice)
        elif step.minutes_before is None and not step.days_before and not step.at:
            yield Fault(f"/reminders/{n}", "no_time", "Say when: days_before, at or minutes_before.")


def _zone_faults(pointer: str, name: str) -> Iterator[Fault]:
    try:
        _LONG_AGO.astimezone(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield Fault(pointer, "unknown_time_zone", "There is no such IANA time zone.")


def _nameless(pointer: str) -> Fault:
    return Fault(pointer, "no_words", "Must have a letter or a digit.")


def _refuse(faults: Iterable[Fault]) -> None:
    found = tuple(faults)
    if found:
        raise Invalid(found)
