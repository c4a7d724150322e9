"""Withdrawals that one process notes and another sees."""

from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from frontdesk.adapters.memory.clock import FixedClock
from frontdesk.adapters.memory.store import MemoryStore
from frontdesk.adapters.tokens.withdrawn import (
    BLIND_FOR,
    FINAL,
    ID,
    KIND,
    NOTED,
    SEEN_FOR,
    Note,
    NotedWithdrawals,
    SeenWithdrawals,
    Withdrawn,
)
from frontdesk.kernel.errors import Unauthenticated, Unavailable
from frontdesk.kernel.records import Commit
from tests.unit.driver import run

START = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
ANA = {"sub": "usr_ana", "client_id": "cli_web", "sid": "log_1", "jti": "t1", "gen": "3"}
FOR_EVER = 2**63 - 1


class Both:
    """Somebody who notes, and somebody who looks."""

    def __init__(self) -> None:
        self.clock = FixedClock(START)
        self.store = MemoryStore(self.clock)
        self.reads = 0
        self.is_broken = False
        known = {"usr": timedelta(days=30)}
        self.noted = NotedWithdrawals(
            self.store, self.clock, lambda name: known.get(name[:3], timedelta(hours=1)), run
        )
        self.seen = SeenWithdrawals(self.store, self.clock, self.read)

    def read(self, work: Coroutine[Any, Any, Any]) -> Any:
        self.reads += 1
        if self.is_broken:
            work.close()
            raise Unavailable
        return run(work)

    def is_good(self, **changed: str) -> bool:
        self.clock.advance(SEEN_FOR)
        try:
            self.seen.check({**ANA, **changed})
        except Unauthenticated:
            return False
        return True

    def names(self) -> set[str]:
        record = run(self.store.get(KIND.name, ID))
        assert record is not None
        return set(KIND.load(record).value.names)


@pytest.fixture
def both() -> Both:
    return Both()


def test_who_was_never_withdrawn_is_let_in(both: Both) -> None:
    assert both.is_good()
    both.noted.withdraw("usr_ben", 9)
    assert both.is_good()


def test_tokens_of_an_older_generation_of_their_subject_are_refused(both: Both) -> None:
    both.noted.withdraw("usr_ana", 4)
    assert not both.is_good()
    assert both.is_good(gen="4")


@pytest.mark.parametrize("name", ["cli_web", "log_1", "t1"])
def test_what_a_token_came_of_is_withdrawn_whole_or_not_at_all(both: Both, name: str) -> None:
    both.noted.withdraw(name, 7)
    assert both.is_good()
    both.noted.withdraw(name, FOR_EVER)
    assert FOR_EVER > FINAL
    assert not both.is_good()


def test_a_later_note_of_an_older_generation_changes_nothing(both: Both) -> None:
    both.noted.withdraw("usr_ana", 4)
    both.noted.withdraw("usr_ana", 2)
    assert not both.is_good()


def test_a_name_is_forgotten_when_no_token_of_it_is_left(both: Both) -> None:
    both.noted.withdraw("log_1", FOR_EVER)
    both.noted.withdraw("usr_ana", 4)
    both.clock.advance(timedelta(hours=2))
    both.noted.withdraw("log_2", FOR_EVER)
    assert both.names() == {"usr_ana", "log_2"}


def test_there_is_a_bound_and_the_oldest_go_first(both: Both) -> None:
    full = Withdrawn({f"usr_{n}": Note(1, START) for n in range(NOTED)})
    run(both.store.commit(Commit((KIND.new(ID, full).record(),))))
    for n in range(5):
        both.noted.withdraw(f"usr_new_{n}", 1)
    assert len(both.names()) == NOTED
    assert "usr_4" not in both.names()
    assert {"usr_5", f"usr_{NOTED - 1}", "usr_new_0", "usr_new_4"} <= both.names()


def test_a_second_goes_by_between_two_looks(both: Both) -> None:
    both.seen.check(ANA)
    both.seen.check(ANA)
    assert both.reads == 1
    both.clock.advance(SEEN_FOR)
    both.seen.check(ANA)
    assert both.reads == 2


def test_what_was_seen_last_counts_while_nothing_can_be_seen(both: Both) -> None:
    both.noted.withdraw("usr_ana", 4)
    assert not both.is_good()
    both.is_broken = True
    assert not both.is_good()
    reads = both.reads
    assert not both.is_good()
    assert both.reads == reads
    both.clock.advance(BLIND_FOR)
    both.is_broken = False
    assert both.is_good(gen="4")
