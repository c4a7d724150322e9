"""Keys that sign and seal, in parameters: one for all who begin at once, rotated without a gap."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from frontdesk.adapters.aws.client import AwsClient
from frontdesk.adapters.aws.keys import SEEN_WITHIN, ParameterKeys
from frontdesk.adapters.aws.names import Names
from frontdesk.adapters.aws.parameters import Parameters
from frontdesk.adapters.memory.clock import FixedClock
from frontdesk.adapters.tokens.keys import PUBLISHED_BEFORE, KeyRing
from frontdesk.adapters.tokens.seals import KeyedSeals
from tests.contract.examples import START

pytestmark = pytest.mark.emulator


class Stage:
    """A stage whose functions share parameters and, here, a clock."""

    def __init__(self, client: AwsClient, names: Names) -> None:
        self.clock = FixedClock(START)
        self.parameters = Parameters(client)
        self.path = names.parameter("keys")

    def keys(self) -> ParameterKeys:
        """Return what a new sandbox of a function would have."""
        return ParameterKeys(self.parameters, self.path, self.clock)

    def ring(self) -> KeyRing:
        return KeyRing(self.keys(), self.clock)


@pytest.fixture
def stage(client: AwsClient, names: Names) -> Stage:
    return Stage(client, names)


def test_all_who_begin_at_once_agree_on_one_key_and_one_seal(stage: Stage) -> None:
    with ThreadPoolExecutor(4) as threads:
        rings = list(threads.map(lambda _: stage.ring().signing().kid, range(4)))
        seals = list(threads.map(lambda _: KeyedSeals(stage.keys()).seal("a", "b"), range(4)))
    assert len(set(rings)) == len(set(seals)) == 1
    assert stage.ring().moments() == {rings[0]: START}


def test_a_key_that_is_there_is_not_made_again(stage: Stage) -> None:
    kid = stage.ring().signing().kid
    stage.clock.advance(timedelta(days=1))
    assert list(stage.ring().moments()) == [kid]


def test_a_new_key_signs_when_everybody_has_had_the_time_to_see_it(stage: Stage) -> None:
    one, other = stage.ring(), stage.ring()
    old = one.signing().kid
    other.signing()
    one.rotate(at_once=False)
    assert len(other.public()) == 1
    stage.clock.advance(SEEN_WITHIN)
    published = {key["kid"] for key in other.public()}
    assert len(published) == 2
    stage.clock.advance(PUBLISHED_BEFORE - timedelta(microseconds=1))
    assert other.signing().kid == one.signing().kid == old
    stage.clock.advance(timedelta(microseconds=1))
    assert other.signing().kid == one.signing().kid != old


def test_a_key_that_leaked_is_trusted_by_nobody_a_minute_later(stage: Stage) -> None:
    one, other = stage.ring(), stage.ring()
    leaked = other.signing().kid
    one.rotate(at_once=True)
    assert one.verifying(leaked) is None
    stage.clock.advance(SEEN_WITHIN)
    assert other.verifying(leaked) is None
    assert other.signing().kid == one.signing().kid
    assert len(stage.parameters.under(stage.path)) == 1


def test_what_oneself_has_changed_is_seen_at_once(stage: Stage) -> None:
    keys = stage.keys()
    assert keys.all() == {}
    assert keys.create("a", b"1")
    assert keys.all() == {"a": b"1"}
    keys.remove("a")
    assert keys.all() == {}


def test_two_keys_of_one_moment_are_two(stage: Stage) -> None:
    ring = stage.ring()
    first = ring.signing().kid
    ring.rotate(at_once=True)
    assert ring.signing().kid != first


def test_what_was_seen_is_asked_for_once_in_a_while(stage: Stage) -> None:
    keys = stage.keys()
    keys.create("a", b"1")
    seen = keys.all()
    stage.keys().create("b", b"2")
    assert keys.all() is seen
    stage.clock.advance(SEEN_WITHIN)
    assert keys.all() == {"a": b"1", "b": b"2"}
    again = keys.all()
    stage.clock.advance(SEEN_WITHIN)
    assert keys.all() is again
