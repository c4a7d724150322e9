"""Dead letters on DynamoDB: buried once, found by everybody, redriven or given up, and every deed kept."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from itertools import chain

import pytest

from frontdesk.adapters.aws import letters as module
from frontdesk.adapters.aws.burial import bury
from frontdesk.adapters.aws.client import AwsClient
from frontdesk.adapters.aws.envelope import decode
from frontdesk.adapters.aws.letters import DynamoLetters
from frontdesk.adapters.aws.names import Names
from frontdesk.adapters.aws.queues import Queue
from frontdesk.adapters.aws.store import DynamoStore
from frontdesk.adapters.memory.clock import FixedClock, SeededChance
from frontdesk.letters import Action, Audited, Choice, DeadLetter, Deed
from tests.contract.aws.stage import a_message, everything_in, make_queue
from tests.contract.examples import START
from tests.contract.in_dynamodb import fresh_table
from tests.contract.workers import Threads

pytestmark = pytest.mark.emulator

EVERY = Choice()
SERVICES = {"inventory": "inventory", "orders": "orders", "orders-processor": "orders", "prices": "orders"}
run = Threads().run


class Stage:
    """Two services with four subscribers."""

    def __init__(self, client: AwsClient, names: Names, tables: dict[str, str]) -> None:
        self.clock = FixedClock(START)
        chance = SeededChance(int(names.prefix[-12:], 16))  # the emulator remembers tokens of other tests
        self.stores = {
            service: DynamoStore(client, table, self.clock, chance) for service, table in tables.items()
        }
        self._queues = {name: make_queue(client, names, name) for name in SERVICES}
        self.letters = DynamoLetters(self.stores, SERVICES, self.queue, lambda works: list(map(run, works)))

    def queue(self, subscriber: str) -> Queue:
        return self._queues[subscriber]

    def bury(self, subscriber: str, source: str, cause: str = "KeyError") -> bool:
        """Give a message up."""
        self.clock.advance(timedelta(seconds=1))
        message = a_message(source, at=self.clock.now())
        return run(bury(self.stores[SERVICES[subscriber]], subscriber, message, tries=8, cause=cause))

    def listed(self, choice: Choice = EVERY, limit: int = 100) -> list[list[tuple[str, str]]]:
        """Return page by page who lies there."""
        pages, cursor = [], ""
        while True:
            found, cursor = run(self.letters.page(choice, cursor, limit))
            pages.append([(letter.subscriber, letter.source) for letter in found])
            if not cursor:
                return pages

    def everything(self) -> list[DeadLetter]:
        """Return every letter."""
        return list(run(self.letters.page(EVERY, "", 100))[0])

    def settle(self, action: Action, *ids: str) -> list[str]:
        """Do something to letters; return the sources of those to which it was done."""
        self.clock.advance(timedelta(seconds=1))
        done = run(self.letters.settle(ids, Deed(action, "olga", self.clock.now(), "mended")))
        return [letter.source for letter in done]

    def audit(self, limit: int = 100) -> list[list[Audited]]:
        """Return page by page what was done."""
        pages, cursor = [], ""
        while True:
            found, cursor = run(self.letters.audit(cursor, limit))
            pages.append(list(found))
            if not cursor:
                return pages


@pytest.fixture
def stage(client: AwsClient, names: Names) -> Iterator[Stage]:
    with ExitStack() as opened:
        tables = {name: opened.enter_context(fresh_table(client)) for name in ("inventory", "orders")}
        yield Stage(client, names, tables)


def test_a_letter_says_what_died_where_and_of_what(stage: Stage) -> None:
    assert stage.bury("orders", "ord_1", "conflict: somebody else")
    (letter,) = stage.everything()
    message = a_message("ord_1", at=stage.clock.now())
    assert letter == DeadLetter(
        letter.id,
        "orders",
        "Order Created",
        message.id,
        "ord_1",
        message.at,
        8,
        "conflict: somebody else",
        "req_1",
    )
    opened = run(stage.letters.open(letter.id))
    assert opened is not None
    assert (opened.letter, opened.schema, opened.body) == (letter, 2, message.body)
    assert [fact.message_id for fact in opened.story] == [message.id]


def test_a_message_that_is_buried_twice_lies_there_once(stage: Stage) -> None:
    assert stage.bury("orders", "ord_1")
    assert not stage.bury("orders", "ord_1")
    assert stage.bury("prices", "ord_1")
    assert stage.listed() == [[("orders", "ord_1"), ("prices", "ord_1")]]


def test_letters_are_listed_by_service_subscriber_and_age(stage: Stage) -> None:
    for subscriber in ("prices", "orders", "inventory", "orders-processor"):
        for source in ("b", "a"):
            stage.bury(subscriber, source)
    listed = [
        (subscriber, source)
        for subscriber in ("inventory", "orders-processor", "orders", "prices")
        for source in "ba"
    ]
    assert list(chain(*stage.listed())) == listed
    for limit in (1, 3, 8):
        assert list(chain(*stage.listed(limit=limit))) == listed


def test_a_choice_is_kept_to(stage: Stage) -> None:
    for subscriber in SERVICES:
        stage.bury(subscriber, "b", "conflict: no")
        stage.bury(subscriber, "a", "KeyError")
    assert list(chain(*stage.listed(Choice(subscriber="orders")))) == [("orders", "b"), ("orders", "a")]
    assert list(chain(*stage.listed(Choice("orders-processor", cause="Key")))) == [("orders-processor", "a")]
    assert len(list(chain(*stage.listed(Choice(event="Order Created", cause="conflict"), limit=2)))) == 4
    assert list(chain(*stage.listed(Choice(event="Order Lost")))) == []
    assert list(chain(*stage.listed(Choice(subscriber="nobody")))) == []


def test_a_list_goes_on_after_many_letters(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGE_MAX", 2)
    monkeypatch.setattr(module, "QUERIES", 2)
    for n in range(5):
        stage.bury("orders", f"o{n}")
    stage.bury("inventory", "i")
    pages = stage.listed(Choice(cause="nothing like it"))
    assert len(pages) > 1
    assert list(chain(*pages)) == []
    assert len(list(chain(*stage.listed()))) == 6


def test_a_redriven_letter_is_in_its_queue_again_and_off_the_list(stage: Stage) -> None:
    stage.bury("orders", "ord_1")
    stage.bury("inventory", "ord_2")
    first, second = stage.everything()
    assert stage.settle(Action.REDRIVE, second.id, first.id, second.id) == ["ord_1", "ord_2"]
    (body,) = everything_in(stage.queue("orders"))
    assert (decode(body).id, decode(body).body) == (second.message_id, a_message().body)
    assert len(everything_in(stage.queue("inventory"))) == 1
    assert stage.listed() == [[]]
    assert run(stage.letters.open(first.id)) is None
    assert stage.settle(Action.REDRIVE, first.id, second.id) == []


def test_a_discarded_letter_is_gone_and_nobody_hears_of_it(stage: Stage) -> None:
    stage.bury("orders", "ord_1")
    (letter,) = stage.everything()
    assert stage.settle(Action.DISCARD, letter.id) == ["ord_1"]
    assert everything_in(stage.queue("orders")) == []
    assert stage.listed() == [[]]


def test_every_deed_is_remembered_newest_first(stage: Stage) -> None:
    for subscriber, source in (("orders", "a"), ("inventory", "b"), ("prices", "c")):
        stage.bury(subscriber, source)
    letters = stage.everything()
    for letter in letters:
        stage.settle(Action.DISCARD, letter.id)
    stage.bury("orders", "a")
    stage.settle(Action.REDRIVE, letters[1].id)
    done = list(chain(*stage.audit()))
    assert [(entry.deed.action, entry.letter_id) for entry in done] == [
        (Action.REDRIVE, letters[1].id),
        *[(Action.DISCARD, letter.id) for letter in reversed(letters)],
    ]
    assert done[0].deed == Deed(Action.REDRIVE, "olga", stage.clock.now(), "mended")
    assert (done[0].event, done[0].message_id, done[0].cause) == (
        "Order Created",
        letters[1].message_id,
        "KeyError",
    )
    assert list(chain(*stage.audit(limit=1))) == list(chain(*stage.audit(limit=3))) == done


def test_an_id_that_names_nothing_is_nothing(stage: Stage) -> None:
    for id in ("", "orders", "orders:nothing", "nobody:x", ":"):
        assert run(stage.letters.open(id)) is None
        assert stage.settle(Action.DISCARD, id) == []
