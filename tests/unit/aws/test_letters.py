"""Dead letters when things break off or happen at once: none is lost, and every deed stands."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from frontdesk.adapters.aws.burial import LETTER, State, bury, letter_id
from frontdesk.adapters.aws.letters import DynamoLetters
from frontdesk.adapters.aws.queues import Queue
from frontdesk.adapters.memory.clock import FixedClock
from frontdesk.adapters.memory.store import MemoryStore
from frontdesk.kernel.errors import Unavailable
from frontdesk.kernel.messages import Message
from frontdesk.kernel.records import Commit, Record
from frontdesk.letters import Action, Choice, DeadLetter, Deed
from tests.unit.aws.scripted_client import SILENCE, ScriptedClient, refused
from tests.unit.driver import START, run

MESSAGE = Message("order:o1:1:0", "Order Created", 1, "o1", 1, START, "req", '{"total":1}')


class Interrupted(MemoryStore):
    """A store in which something happens just before the n-th commit."""

    def __init__(self, clock: FixedClock) -> None:
        super().__init__(clock)
        self.before: dict[int, Callable[[], object]] = {}
        self.commits = 0

    async def commit(self, commit: Commit) -> None:
        """See `ports.Store`."""
        self.commits += 1
        if self.commits in self.before:
            self.before.pop(self.commits)()
        await super().commit(commit)


class Stage:
    """One service with one subscriber, and a queue that may be out of order."""

    def __init__(self, queue: ScriptedClient | None = None) -> None:
        self.clock = FixedClock(START)
        self.store = Interrupted(self.clock)
        self.queue = queue or ScriptedClient({})
        self.letters = DynamoLetters(
            {"orders": self.store},
            {"prices": "orders"},
            lambda name: Queue(self.queue, name),
            lambda works: [run(work) for work in works],
        )

    def die(self, cause: str = "KeyError") -> bool:
        """Give the message up."""
        return run(bury(self.store, "prices", MESSAGE, tries=8, cause=cause))

    def listed(self) -> list[DeadLetter]:
        return list(run(self.letters.page(Choice(), "", 10))[0])

    def settle(self, action: Action) -> list[DeadLetter]:
        """Do it to the letter, whether it is listed or not."""
        self.clock.advance(timedelta(seconds=1))
        (id,) = {record.id for record in self.kept()}
        return list(run(self.letters.settle([id], Deed(action, "olga", self.clock.now(), "why"))))

    def kept(self) -> list[Record]:
        """Return the letter as it lies in the table."""
        record = run(self.store.get(LETTER.name, letter_id("prices", MESSAGE.id)))
        return [record] if record else []

    def deeds(self) -> list[Action]:
        return [entry.deed.action for entry in run(self.letters.audit("", 10))[0]]


def test_a_message_that_dies_again_after_a_redrive_is_a_letter_again() -> None:
    stage = Stage()
    stage.die()
    stage.settle(Action.REDRIVE)
    assert stage.listed() == []
    assert stage.die("another")
    (letter,) = stage.listed()
    assert letter.cause == "another"
    stage.settle(Action.DISCARD)
    assert stage.deeds() == [Action.DISCARD, Action.REDRIVE]
    assert stage.listed() == []


def test_a_message_that_dies_before_its_redrive_is_written_off_stays_on_the_list() -> None:
    stage = Stage()
    stage.die()
    stage.store.before[stage.store.commits + 2] = lambda: stage.die("at once")
    assert len(stage.settle(Action.REDRIVE)) == 1
    (letter,) = stage.listed()
    assert letter.cause == "at once"
    assert stage.deeds() == [Action.REDRIVE]


def test_a_redrive_that_cannot_reach_the_queue_leaves_the_letter_to_be_redriven() -> None:
    stage = Stage(ScriptedClient(SILENCE, {}))
    stage.die()
    with pytest.raises(Unavailable):
        stage.settle(Action.REDRIVE)
    (letter,) = stage.listed()
    assert LETTER.load(stage.kept()[0]).value.state is State.LEAVING
    assert stage.settle(Action.REDRIVE) == [letter]
    assert stage.queue.asked() == ["SendMessage", "SendMessage"]
    assert stage.listed() == []
    assert stage.deeds() == [Action.REDRIVE, Action.REDRIVE]


def test_the_deed_is_written_down_before_anything_is_sent() -> None:
    stage = Stage()
    stage.die()

    def broken() -> None:
        raise Unavailable

    stage.store.before[stage.store.commits + 1] = broken
    with pytest.raises(Unavailable):
        stage.settle(Action.REDRIVE)
    assert stage.queue.calls == []
    assert len(stage.listed()) == 1
    assert stage.deeds() == []


def test_a_redrive_that_is_cut_off_before_the_end_leaves_the_letter_on_the_list() -> None:
    stage = Stage()
    stage.die()

    def broken() -> None:
        raise Unavailable

    stage.store.before[stage.store.commits + 2] = broken
    with pytest.raises(Unavailable):
        stage.settle(Action.REDRIVE)
    assert stage.queue.asked() == ["SendMessage"]
    assert len(stage.listed()) == 1


def test_of_two_operators_at_once_one_does_it() -> None:
    stage = Stage()
    stage.die()
    stage.store.before[stage.store.commits + 1] = lambda: stage.settle(Action.DISCARD)
    assert stage.settle(Action.REDRIVE) == []
    assert stage.queue.calls == []
    assert stage.deeds() == [Action.DISCARD]


def test_two_deliveries_that_bury_at_once_make_one_letter() -> None:
    stage = Stage()
    stage.store.before[1] = lambda: stage.die("first")
    assert not stage.die("second")
    (letter,) = stage.listed()
    assert letter.cause == "first"


def test_a_message_that_dies_after_it_was_discarded_is_a_letter_again() -> None:
    stage = Stage()
    stage.die()
    stage.settle(Action.DISCARD)
    assert stage.die("once more")
    assert [letter.cause for letter in stage.listed()] == ["once more"]


def test_a_store_that_refuses_is_not_taken_for_a_burial() -> None:
    class Broken(MemoryStore):
        async def commit(self, commit: Commit) -> None:
            raise Unavailable

    with pytest.raises(Unavailable):
        run(bury(Broken(FixedClock(START)), "prices", MESSAGE, tries=8, cause="x"))


def test_a_queue_that_refuses_for_good_is_our_bug_and_leaves_the_letter() -> None:
    stage = Stage(ScriptedClient(refused("AccessDeniedException", 403)))
    stage.die()
    with pytest.raises(Exception, match="AccessDenied"):
        stage.settle(Action.REDRIVE)
    assert len(stage.listed()) == 1
