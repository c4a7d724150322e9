"""The visit that an answer belongs to is the right one, or we ask."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from frontdesk.services.appointments.answers.deciding import (
    SURE_LASTS,
    Decision,
    Outcome,
    Said,
    Visit,
    decide,
)
from frontdesk.services.appointments.answers.links import Scope
from frontdesk.services.appointments.booking.states import State

NOW = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
TOMORROW = NOW + timedelta(days=1)
CHANGES = {Outcome.CONFIRMED, Outcome.CANCELLED, Outcome.ACCEPTED, Outcome.DECLINED}
YES, NO, MOVE = Said(Scope.CONFIRM), Said(Scope.CANCEL), Said(Scope.RESCHEDULE)


def visit(
    id: str = "apt_1",
    state: State = State.PENDING,
    start: datetime = TOMORROW,
    asked_at: datetime | None = None,
    *,
    offered: bool = False,
) -> Visit:
    """Return a visit of which nothing has changed for three days."""
    return Visit(id, state, start, start, start, NOW - timedelta(days=3), asked_at, offered)


def pressed(scope: Scope, id: str = "apt_1", seen: datetime | None = TOMORROW) -> Said:
    """Press a button of a message about this visit."""
    return Said(scope, id, sure=True, seen=seen)


def test_yes_confirms_the_only_visit_to_come() -> None:
    over = visit("apt_0", State.FULFILLED, NOW - timedelta(days=30))

    assert decide(YES, [over, visit()], NOW) == Decision(Outcome.CONFIRMED, (visit(),))


def test_yes_with_two_visits_to_come_is_asked_which() -> None:
    later = visit("apt_2", start=TOMORROW + timedelta(days=7))

    assert decide(YES, [later, visit()], NOW) == Decision(Outcome.WHICH, (visit(), later))


def test_a_reply_names_its_visit_among_several() -> None:
    later = visit("apt_2", start=TOMORROW + timedelta(days=7))

    assert decide(Said(Scope.CONFIRM, "apt_2"), [visit(), later], NOW) == Decision(
        Outcome.CONFIRMED, (later,)
    )


def test_a_no_is_asked_once_more_before_it_cancels() -> None:
    asked = visit(asked_at=NOW - timedelta(minutes=1))

    assert decide(NO, [visit()], NOW).outcome is Outcome.SURE
    assert decide(NO, [asked], NOW).outcome is Outcome.CANCELLED


def test_a_bare_no_to_are_you_sure_may_mean_either_so_it_is_asked_again() -> None:
    asked = visit(asked_at=NOW - timedelta(minutes=1))

    assert decide(replace(NO, bare=True), [asked], NOW).outcome is Outcome.SURE


def test_the_button_that_says_cancel_is_not_asked_again() -> None:
    assert decide(pressed(Scope.CANCEL), [visit()], NOW).outcome is Outcome.CANCELLED


def test_yes_to_are_you_sure_may_mean_either_so_it_is_asked_again() -> None:
    asked = visit(asked_at=NOW - timedelta(minutes=1))

    assert decide(YES, [asked], NOW).outcome is Outcome.SURE
    assert decide(pressed(Scope.CONFIRM), [asked], NOW).outcome is Outcome.CONFIRMED


def test_are_you_sure_is_forgotten_after_a_day() -> None:
    asked = visit(asked_at=NOW - SURE_LASTS)

    assert decide(NO, [asked], NOW).outcome is Outcome.SURE
    assert decide(YES, [asked], NOW).outcome is Outcome.CONFIRMED


def test_are_you_sure_is_void_when_the_visit_has_changed_since() -> None:
    asked = Visit("apt_1", State.PENDING, TOMORROW, TOMORROW, TOMORROW, NOW, NOW - timedelta(minutes=1))

    assert decide(NO, [asked], NOW).outcome is Outcome.SURE


def test_no_after_are_you_sure_needs_not_be_asked_which() -> None:
    asked = visit("apt_2", asked_at=NOW - timedelta(minutes=1))

    assert decide(NO, [visit(), asked], NOW) == Decision(Outcome.CANCELLED, (asked,))


def test_an_answer_to_an_older_reminder_after_a_move_hears_that_the_time_changed() -> None:
    moved = visit(start=TOMORROW + timedelta(hours=5))

    for scope in Scope:
        assert decide(pressed(scope), [moved], NOW) == Decision(Outcome.TIME_CHANGED, (moved,))


def test_who_answered_just_before_the_time_was_changed_is_told_so() -> None:
    moved = replace(visit(start=TOMORROW + timedelta(hours=5)), told=TOMORROW)

    assert decide(YES, [moved], NOW).outcome is Outcome.TIME_CHANGED


def test_an_answer_after_a_cancel_hears_that_it_is_over() -> None:
    cancelled = visit(state=State.CANCELLED)

    assert decide(pressed(Scope.CONFIRM), [cancelled], NOW) == Decision(Outcome.OVER, (cancelled,))
    assert decide(YES, [cancelled], NOW) == Decision(Outcome.OVER, (cancelled,))


def test_nobody_answers_about_a_visit_that_has_begun() -> None:
    begun = visit(start=NOW)

    assert decide(pressed(Scope.CANCEL, seen=NOW), [begun], NOW).outcome is Outcome.OVER


def test_who_wants_to_move_is_shown_other_times() -> None:
    assert decide(MOVE, [visit(state=State.CONFIRMED)], NOW).outcome is Outcome.TIMES


@pytest.mark.parametrize(
    ("scope", "outcome"),
    [
        (Scope.CONFIRM, Outcome.ACCEPTED),
        (Scope.CANCEL, Outcome.DECLINED),
        (Scope.RESCHEDULE, Outcome.UNPLACED),
    ],
)
def test_an_offer_is_accepted_or_declined(scope: Scope, outcome: Outcome) -> None:
    held = visit(state=State.HELD, offered=True)

    assert decide(pressed(scope), [held], NOW).outcome is outcome


def test_an_offer_that_has_lapsed_is_over() -> None:
    lapsed = visit(state=State.EXPIRED, offered=True)

    assert decide(pressed(Scope.CONFIRM), [lapsed], NOW).outcome is Outcome.OFFER_OVER


def test_an_offer_is_over_as_soon_as_its_time_is_held_no_longer() -> None:
    late = Visit("apt_1", State.HELD, TOMORROW, NOW, TOMORROW, NOW - timedelta(minutes=15), offered=True)

    assert decide(pressed(Scope.CONFIRM), [late], NOW).outcome is Outcome.OFFER_OVER


def test_yes_with_a_visit_and_an_offer_is_asked_which() -> None:
    held = visit("apt_2", State.HELD, offered=True)

    assert decide(YES, [visit(), held], NOW).outcome is Outcome.WHICH


def test_what_belongs_to_nothing_is_for_a_person() -> None:
    assert decide(YES, [], NOW).outcome is Outcome.UNPLACED
    assert decide(Said(Scope.CONFIRM, "apt_9"), [visit()], NOW).outcome is Outcome.UNPLACED


VISITS = st.builds(
    Visit,
    st.sampled_from(["apt_1", "apt_2", "apt_3"]),
    st.sampled_from(State),
    st.sampled_from([NOW - timedelta(hours=1), TOMORROW, TOMORROW + timedelta(days=2)]),
    st.sampled_from([NOW, TOMORROW]),
    st.just(TOMORROW),
    st.just(NOW - timedelta(days=3)),
    st.sampled_from([None, NOW - timedelta(hours=1), NOW - timedelta(days=2)]),
    st.booleans(),
)
ANSWERS = st.builds(
    Said,
    st.sampled_from(Scope),
    st.sampled_from(["", "apt_1", "apt_2"]),
    st.booleans(),
    st.sampled_from([None, TOMORROW]),
)


@given(ANSWERS, st.lists(VISITS, max_size=3, unique_by=lambda one: one.id))
def test_nothing_changes_but_the_one_open_visit_that_is_meant(said: Said, visits: list[Visit]) -> None:
    decision = decide(said, visits, NOW)

    if decision.outcome in CHANGES:
        (changed,) = decision.visits
        others = [one for one in visits if one.is_open(NOW) and one != changed]
        assert changed.is_open(NOW)
        assert said.visit_id == changed.id or (not said.visit_id and not others) or changed.is_asked(NOW)
        assert (said.seen or changed.told) == changed.start
