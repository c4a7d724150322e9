"""The bus: re-runs that end, repeats that are answered alike, and the fate of a message by its error."""

from datetime import timedelta
from typing import Any

import pytest

from frontdesk.kernel import limits
from frontdesk.kernel.bus import Bus, Fate, cause, fate
from frontdesk.kernel.errors import (
    TABLE,
    Conflict,
    FrontdeskError,
    Invalid,
    KeyReused,
    NotFound,
    Rejected,
    Unavailable,
)
from frontdesk.kernel.http import Answer, Call, Route
from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.messages import Message
from frontdesk.kernel.services import Reaction, Service
from frontdesk.kernel.unit import Unit
from tests.unit.driver import run
from tests.unit.kernel.shelf import ANA, JARS, NOW, Bench, Filled, Jar


class Full(Rejected):
    """The jar is full."""


class Desk(Bench):
    """A bus over the bench's store."""

    def __init__(self) -> None:
        super().__init__()
        self.bus = Bus(self.clock, self.chance)
        self.service = Service("jars", (JARS,))
        self.full = False
        self.races = 0

    async def create(self, unit: Unit, body: Jar) -> Stored[Jar]:
        """Make a jar, unless all are full."""
        id = unit.new_id("jar")
        if self.full:
            raise Full
        if self.races:
            self.races -= 1
            raise Conflict
        return await unit.commit(JARS.new(id, body))

    async def fill(self, unit: Unit, body: Jar, id: str) -> Stored[Jar]:
        """Put sweets into a jar."""
        found = await unit.get(JARS, id)
        return await unit.commit(found.changed(Jar(found.value.sweets + body.sweets)))

    def post(self, sweets: int = 1, *, key: str = "", id: str = "", caller: Any = ANA) -> Answer:
        """Send a request that creates a jar, or fills one."""
        handle, path, location = (
            (self.fill, "/jars/{id}/fill", "") if id else (self.create, "/jars", "/jars/{id}")
        )
        route = Route(
            "POST", path, handle, lambda stored: stored.value, Jar, "", (), kind=JARS, location=location
        )
        body = Jar(sweets)
        call = Call(caller, {"id": id} if id else {}, (body,), "req", key, f"{sweets}{id}".encode())
        return run(self.bus.ask(self.service, route, call, self.store))


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_repeat_with_a_key_is_answered_as_the_first_time_and_makes_nothing(desk: Desk) -> None:
    first = desk.post(3, key="k")
    desk.post(4, id=first.result.id)
    again = desk.post(3, key="k")
    assert (first.replayed, again.replayed) == (False, True)
    assert again.result.id == first.result.id
    assert again.result.value == Jar(0)  # as_created: what it was then, not what it became
    assert len(desk.store.records) == 1


def test_a_key_with_another_body_is_refused(desk: Desk) -> None:
    desk.post(3, key="k")
    with pytest.raises(KeyReused):
        desk.post(4, key="k")


def test_a_key_belongs_to_one_caller_and_one_operation(desk: Desk) -> None:
    mine = desk.post(3, key="k")
    ben = type(ANA)("usr_ben")
    theirs = desk.post(3, key="k", caller=ben)
    assert not theirs.replayed
    assert theirs.result.id != mine.result.id
    assert not desk.post(3, key="k", id=mine.result.id).replayed


def test_without_a_key_each_request_counts(desk: Desk) -> None:
    assert desk.post().result.id != desk.post().result.id


def test_a_repeat_that_a_rule_would_refuse_today_is_answered_as_it_was_accepted(desk: Desk) -> None:
    first = desk.post(3, key="k")
    desk.full = True
    assert desk.post(3, key="k").result.id == first.result.id
    with pytest.raises(Full):
        desk.post(3, key="other")
    with pytest.raises(KeyReused):
        desk.post(4, key="k")


def test_a_request_that_loses_races_is_run_again_with_growing_pauses_and_then_told(desk: Desk) -> None:
    desk.races = limits.RERUNS
    desk.post()
    pauses = (desk.clock.now() - NOW).total_seconds()
    assert 0 < pauses <= 2 * limits.RERUN_DELAY_SECONDS * (2**limits.RERUNS - 1)
    desk.races = limits.RERUNS + 1
    with pytest.raises(Conflict):
        desk.post()
    assert desk.races == 0


def test_a_rerun_makes_the_same_ids(desk: Desk) -> None:
    desk.races = 2
    raced = desk.post(3, key="k")
    assert raced.result.id == Desk().post(3, key="k").result.id


def message(place: str = "0", version: int = 1, source: str = "x") -> Message:
    """Return a message about a jar."""
    id = f"jar:{source}:{version}:{place}"
    return Message(id, "Jar Filled", 1, source, version, NOW, "req_9", '{"jar":"a","sweets":1}')


def reacting(desk: Desk, **declared: Any) -> Any:
    """Return a function that delivers a message to a reaction which counts into jar a."""

    async def count(unit: Unit, event: Filled) -> None:
        assert unit.caller.subject == "frontdesk"
        assert unit.correlation_id == "req_9"
        found = await unit.find(JARS, event.jar)
        now = JARS.new(event.jar, Jar(1)) if found is None else found.changed(Jar(found.value.sweets + 1))
        await unit.commit(now)

    reaction = Reaction(Filled, count, "counting", **declared)

    def deliver(*messages: Message) -> int:
        for each in messages:
            run(desk.bus.react(desk.service, reaction, each, desk.store))
        return JARS.load(desk.store.records["jar", "a"]).value.sweets

    return deliver


def test_a_message_delivered_twice_has_one_effect_in_any_order(desk: Desk) -> None:
    deliver = reacting(desk)
    one, two = message(), message("1")
    assert deliver(one, two, one, two, one) == 2


def test_a_shared_reaction_remembers_more_messages_than_a_record_could(desk: Desk) -> None:
    deliver = reacting(desk, shared=True)
    many = [message(source=f"s{n}") for n in range(limits.HANDLED_MARKS * 3)]
    assert deliver(*many, *many) == len(many)


def test_a_copy_takes_in_newer_states_only(desk: Desk) -> None:
    deliver = reacting(desk, latest=True)
    assert deliver(message(version=2), message(version=1), message(version=10), message(version=9)) == 2
    assert deliver(message("1", version=10), message("0", version=10)) == 3
    assert deliver(message(source="y")) == 4


def test_a_copy_may_be_fed_by_sources_with_any_id(desk: Desk) -> None:
    deliver = reacting(desk, latest=True)
    awkward = [message(source=source) for source in ("ana@example", "a:b:3:4", "x@1.2", "=")]
    assert deliver(*awkward, *awkward) == len(awkward)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (None, Fate.DONE),
        (Full(), Fate.REFUSED),
        (NotFound(), Fate.REFUSED),
        (Conflict(), Fate.RERUN),
        (Unavailable(), Fate.RETRY),
        (Invalid(()), Fate.RETRY),
        (ZeroDivisionError(), Fate.RETRY),
        (LookupError(), Fate.RETRY),
    ],
)
def test_the_fate_of_a_message_follows_from_its_error(error: Exception | None, outcome: Fate) -> None:
    assert fate(error, 1) is outcome
    last = Fate.DEAD if outcome is Fate.RETRY else outcome
    assert fate(error, limits.TRIES - 1) is outcome
    assert fate(error, limits.TRIES) is last


def test_every_class_of_error_has_its_own_code_and_a_status_of_the_right_sort() -> None:
    codes = [error.code for error in TABLE]
    assert len(set(codes)) == len(codes)
    assert all(400 <= error.status < 500 or error is Unavailable for error in TABLE)
    assert {error.__name__ for error in FrontdeskError.__subclasses__()} <= {e.__name__ for e in TABLE}


def test_a_refusal_is_coded_by_its_name_and_entitled_by_its_docstring() -> None:
    assert (Full.code, Full.status, Full.title) == ("full", 409, "The jar is full.")


def test_retries_wait_longer_each_time_and_never_longer_than_the_most(desk: Desk) -> None:
    for tries in range(1, 40):
        ceiling = min(limits.RETRY_MAX_SECONDS, limits.RETRY_BASE_SECONDS * 2**tries)
        waits = {desk.bus.retry_delay(tries) for _ in range(20)}
        assert all(ceiling / 2 <= wait <= ceiling for wait in waits)
        assert len(waits) > 1, "jitter, or a crowd comes back at once"
    total = sum(desk.bus.retry_delay(tries) for tries in range(1, limits.TRIES))
    assert timedelta(seconds=total) < timedelta(minutes=10)


def test_of_what_nobody_anticipated_the_operator_hears_the_class_and_not_the_text() -> None:
    assert cause(ValueError("ana@example.org lives in Lindenstr. 7")) == "ValueError"
    assert cause(Full()) == "full: The jar is full."
