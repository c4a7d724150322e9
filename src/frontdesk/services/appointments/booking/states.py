"""What may become of an appointment: the table is the guard, the documentation and the tests."""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from frontdesk.transitions import IllegalTransition


class State(StrEnum):
    """Where an appointment stands. The names are those of the API."""

    PROPOSED = "proposed"  # no time is kept: "we will call you"
    HELD = "held"  # kept for some minutes, while somebody decides
    PENDING = "pending"
    CONFIRMED = "confirmed"
    ARRIVED = "arrived"
    CHECKED_IN = "checked_in"
    FULFILLED = "fulfilled"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    ENTERED_IN_ERROR = "entered_in_error"


class Verb(StrEnum):
    """What can be done with an appointment."""

    ACCEPT = "accept"
    COMPLETE = "complete"
    LAPSE = "lapse"
    CONFIRM = "confirm"
    RESCHEDULE = "reschedule"
    CANCEL = "cancel"
    ARRIVE = "arrive"
    CHECK_IN = "check_in"
    FULFILL = "fulfill"
    NO_SHOW = "no_show"
    UNDO_NO_SHOW = "undo_no_show"
    REOPEN = "reopen"
    MARK_MISTAKEN = "mark_mistaken"


_S, _V = State, Verb
_TABLE: Mapping[State, Mapping[Verb, State]] = {
    _S.PROPOSED: {_V.ACCEPT: _S.PENDING, _V.CANCEL: _S.CANCELLED},
    _S.HELD: {_V.COMPLETE: _S.PENDING, _V.LAPSE: _S.EXPIRED},
    _S.PENDING: {
        _V.CONFIRM: _S.CONFIRMED,
        _V.LAPSE: _S.EXPIRED,
        _V.RESCHEDULE: _S.PENDING,
        _V.CANCEL: _S.CANCELLED,
        _V.ARRIVE: _S.ARRIVED,
        _V.NO_SHOW: _S.NO_SHOW,
    },
    _S.CONFIRMED: {
        _V.RESCHEDULE: _S.CONFIRMED,
        _V.CANCEL: _S.CANCELLED,
        _V.ARRIVE: _S.ARRIVED,
        _V.NO_SHOW: _S.NO_SHOW,
    },
    _S.ARRIVED: {_V.CHECK_IN: _S.CHECKED_IN, _V.FULFILL: _S.FULFILLED},
    _S.CHECKED_IN: {_V.FULFILL: _S.FULFILLED},
    _S.FULFILLED: {},
    _S.NO_SHOW: {_V.UNDO_NO_SHOW: _S.ARRIVED},
    _S.CANCELLED: {_V.REOPEN: _S.PENDING},
    _S.EXPIRED: {},
    _S.ENTERED_IN_ERROR: {},
}
_FOR_GOOD = (_S.FULFILLED, _S.ENTERED_IN_ERROR)
_MISTAKE = {_V.MARK_MISTAKEN: _S.ENTERED_IN_ERROR}
TABLE: Mapping[State, Mapping[Verb, State]] = {
    state: ways if state in _FOR_GOOD else {**ways, **_MISTAKE} for state, ways in _TABLE.items()
}

# What can be done in each state, as everybody is told.
ALLOWED: Mapping[State, tuple[Verb, ...]] = {state: tuple(sorted(ways)) for state, ways in TABLE.items()}

# Whoever is in one of these states has the time: it is in the doctor's day, and in the patient's.
KEEPS_TIME = frozenset(
    {_S.HELD, _S.PENDING, _S.CONFIRMED, _S.ARRIVED, _S.CHECKED_IN, _S.FULFILLED, _S.NO_SHOW}
)
AWAITED = frozenset({_S.PENDING, _S.CONFIRMED})  # the patient is expected, and may be reminded
OPEN = AWAITED | {_S.HELD, _S.PROPOSED}  # counts towards how many a patient may have


def after(state: State, verb: Verb) -> State:
    """Return the state that a verb leads to. Raises IllegalTransition, with what is allowed instead."""
    ways = TABLE[state]
    if verb not in ways:
        raise IllegalTransition(state=state, allowed=sorted(ways))
    return ways[verb]


# What a client that only knows states may set, and by which verb that happens.
_BY_STATE = (_V.CONFIRM, _V.CANCEL, _V.ARRIVE, _V.CHECK_IN, _V.FULFILL, _V.NO_SHOW)


def verb_to(state: State, wanted: State) -> Verb | None:
    """Return the verb that leads from one state to another, None when it is there. Raises IllegalTransition."""
    if state is wanted:
        return None
    for verb, leads_to in TABLE[state].items():
        if leads_to is wanted and verb in _BY_STATE:
            return verb
    raise IllegalTransition(state=state, allowed=sorted(TABLE[state]))


def rows() -> Iterator[tuple[State, Verb, State]]:
    """Yield every row of the table."""
    for state, ways in TABLE.items():
        for verb, after_it in ways.items():
            yield state, verb, after_it
