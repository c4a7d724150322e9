"""Counters are added to without being read, and refuse to pass their bounds."""

import random
from collections import Counter
from functools import partial
from types import NoneType

import pytest

from frontdesk.kernel.errors import CounterRefused
from frontdesk.kernel.records import Add
from tests.contract.examples import message, parcel
from tests.contract.stores import StoreUnderTest

WORKERS = 50


def test_a_counter_starts_at_nought_and_adds_up(store: StoreUnderTest) -> None:
    for amount in (5, 7, -3):
        store.commit(counters=[Add("stock", amount)])
    assert store.count("stock") == 9


def test_a_counter_may_stand_exactly_on_its_floor_and_not_below(store: StoreUnderTest) -> None:
    store.commit(counters=[Add("stock", 3)])
    store.commit(counters=[Add("stock", -3)])
    with pytest.raises(CounterRefused) as refused:
        store.commit(counters=[Add("stock", -1)])
    assert refused.value.keys == ("stock",)
    assert store.count("stock") == 0


def test_a_counter_may_stand_exactly_on_its_ceiling_and_not_above(store: StoreUnderTest) -> None:
    store.commit(counters=[Add("seats", 4, ceiling=4)])
    with pytest.raises(CounterRefused):
        store.commit(counters=[Add("seats", 1, ceiling=4)])
    assert store.count("seats") == 4


@pytest.mark.parametrize(
    ("amount", "floor", "ceiling"),
    [(-1, 0, None), (1, 2, None), (1, 0, 0), (3, 0, 2), (-4, -3, 3), (5, -9, 4)],
)
def test_the_first_add_is_bounded_too(
    store: StoreUnderTest, amount: int, floor: int | None, ceiling: int | None
) -> None:
    with pytest.raises(CounterRefused):
        store.commit(counters=[Add("fresh", amount, floor, ceiling)])
    assert store.count("fresh") == 0


@pytest.mark.parametrize(
    ("amount", "floor", "ceiling"),
    [(-1, None, None), (-3, -3, None), (2, 2, 2), (0, 0, 0), (-7, None, -7)],
)
def test_a_first_add_within_its_bounds_stands(
    store: StoreUnderTest, amount: int, floor: int | None, ceiling: int | None
) -> None:
    store.commit(counters=[Add("fresh", amount, floor, ceiling)])
    assert store.count("fresh") == amount


def test_without_a_floor_a_counter_may_fall_below_nought(store: StoreUnderTest) -> None:
    store.commit(counters=[Add("balance", -10, floor=None)])
    store.commit(counters=[Add("balance", -10, floor=-20)])
    assert store.count("balance") == -20


def test_bounds_belong_to_the_add_and_not_to_the_counter(store: StoreUnderTest) -> None:
    store.commit(counters=[Add("stock", 10, ceiling=10)])
    store.commit(counters=[Add("stock", 1)])
    with pytest.raises(CounterRefused):
        store.commit(counters=[Add("stock", 0, ceiling=10)])
    assert store.count("stock") == 11


def test_counters_hold_large_amounts_exactly(store: StoreUnderTest) -> None:
    store.commit(counters=[Add("large", 2**62)])
    store.commit(counters=[Add("large", -(2**62) + 1)])
    store.commit(counters=[Add("large", 2**62)])
    assert store.count("large") == 2**62 + 1


def test_a_commit_adds_to_several_counters_or_to_none(store: StoreUnderTest) -> None:
    store.commit(counters=[Add("red", 1), Add("green", 2), Add("blue", 3)])
    with pytest.raises(CounterRefused):
        store.commit(parcel("p1"), counters=[Add("red", 1), Add("green", -3), Add("blue", 1)])
    assert [store.count(key) for key in ("red", "green", "blue")] == [1, 2, 3]
    assert store.get("p1") is None


def test_every_refused_counter_is_named_in_the_order_of_the_commit(store: StoreUnderTest) -> None:
    store.commit(counters=[Add("a", 1), Add("b", 1), Add("c", 1)])
    with pytest.raises(CounterRefused) as refused:
        store.commit(counters=[Add("c", -2), Add("a", -1), Add("b", -5), Add("d", -1)])
    assert refused.value.keys == ("c", "b", "d")


def test_counters_and_records_stand_or_fall_together(store: StoreUnderTest) -> None:
    store.commit(parcel("p1"), counters=[Add("stock", 2)], events=[message("in")])
    with pytest.raises(CounterRefused):
        store.commit(parcel("p1", 2), counters=[Add("stock", -3)], events=[message("out")])
    assert store.get("p1") == parcel("p1")
    assert [event.id for event in store.events()] == ["in"]


@pytest.mark.parametrize("turns", [20, pytest.param(100, marks=pytest.mark.slow)])
def test_fifty_workers_at_one_counter_never_pass_its_floor_and_nobody_gives_up(
    store: StoreUnderTest, turns: int
) -> None:
    seen: set[int] = set()

    async def work(seed: int) -> Counter[type]:
        luck = random.Random(seed)  # noqa: S311 - a seed, so that a failure comes back
        outcomes: Counter[type] = Counter()
        for turn in range(turns):
            amount = luck.choice((-2, -1, 1, 2))
            try:
                await store.committing(counters=[Add("hot", amount)])()
            except CounterRefused:
                outcomes[CounterRefused] += 1
            else:
                outcomes[NoneType] += amount
            if turn % 10 == 0:
                seen.add((await store.port.counts(["hot"]))["hot"])
        return outcomes

    outcomes = store.workers.together([partial(work, seed) for seed in range(WORKERS)])
    done = [outcome for outcome in outcomes if isinstance(outcome, Counter)]
    assert len(done) == WORKERS, outcomes
    assert store.count("hot") == sum(outcome[NoneType] for outcome in done)
    assert any(outcome[CounterRefused] for outcome in done)
    assert min(seen) >= 0
