"""An index lists the records of one partition in the order of their sort keys. It may lag; `get` never does."""

import pytest

from tests.contract.examples import label, parcel
from tests.contract.in_memory import open_memory
from tests.contract.stores import StoreUnderTest


@pytest.fixture
def shelf(store: StoreUnderTest) -> StoreUnderTest:
    """Return a store whose shelf A lists p1 to p5 as 1 to 5, and which has other things beside."""
    for n in (3, 1, 5, 2, 4):
        store.commit(parcel(f"p{n}", shelf=("A", str(n)), sender=("ann", str(9 - n))))
    store.commit(parcel("other", shelf=("B", "3")), parcel("loose"), label("l3", shelf=("A", "3")))
    return store


def test_a_partition_is_listed_newest_first(shelf: StoreUnderTest) -> None:
    assert shelf.query("A") == ["p5", "p4", "p3", "p2", "p1"]


def test_a_partition_is_listed_oldest_first_on_demand(shelf: StoreUnderTest) -> None:
    assert shelf.query("A", newest_first=False) == ["p1", "p2", "p3", "p4", "p5"]


def test_each_index_has_an_order_of_its_own(shelf: StoreUnderTest) -> None:
    assert shelf.query("ann", "sender") == ["p1", "p2", "p3", "p4", "p5"]


def test_kinds_do_not_share_indexes(shelf: StoreUnderTest) -> None:
    assert shelf.query("A", kind="label") == ["l3"]


@pytest.mark.parametrize("partition", ["C", "a", "", "A "])
def test_a_partition_that_lists_nothing_is_empty(shelf: StoreUnderTest, partition: str) -> None:
    assert shelf.query(partition) == []


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [
        ("3", "", "345"),
        ("", "3", "12"),
        ("2", "4", "23"),
        ("2", "4~", "234"),
        ("0", "9", "12345"),
        ("3", "3", ""),
        ("4", "2", ""),
        ("6", "", ""),
        ("", "1", ""),
        ("3", "3\x00", "3"),
    ],
)
@pytest.mark.parametrize("newest_first", [True, False])
def test_a_span_includes_its_low_end_and_not_its_high_end(
    shelf: StoreUnderTest, low: str, high: str, found: str, *, newest_first: bool
) -> None:
    ids = [f"p{n}" for n in found]
    listed = shelf.query("A", low=low, high=high, newest_first=newest_first)
    assert listed == (ids[::-1] if newest_first else ids)


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("limit", [1, 2, 4, 5, 100])
def test_no_more_are_returned_than_asked_for(
    shelf: StoreUnderTest, limit: int, *, newest_first: bool
) -> None:
    everything = shelf.query("A", newest_first=newest_first)
    assert shelf.query("A", limit=limit, newest_first=newest_first) == everything[:limit]


@pytest.mark.parametrize(("newest_first", "found"), [(True, ["p4", "p3"]), (False, ["p2", "p3"])])
def test_a_limit_counts_within_the_span(
    shelf: StoreUnderTest, found: list[str], *, newest_first: bool
) -> None:
    assert shelf.query("A", low="2", high="5", limit=2, newest_first=newest_first) == found


def test_pages_taken_by_the_last_sort_key_miss_nothing_and_repeat_nothing(store: StoreUnderTest) -> None:
    for start in range(0, 60, 20):
        store.commit(
            *(parcel(f"p{n}", shelf=("A", f"{n // 3:03}~p{n:03}")) for n in range(start, start + 20))
        )
    store.settle()
    pages, high = [], ""
    while page := store.query_now("A", high=high, low="002", limit=7):
        pages.append([record.id for record in page])
        high = page[-1].keys["shelf"][1]
    assert [id for page in pages for id in page] == [f"p{n}" for n in range(59, 5, -1)]
    assert max(map(len, pages)) == 7


def test_sort_keys_are_compared_by_code_point(store: StoreUnderTest) -> None:
    sorts = ["", "!", "10", "9", "A", "Z", "a", "z", "~", "é", "ÿ", "Ω", "\ud7ff", "\ue000", "\uffee", "😀"]
    store.commit(*(parcel(f"p{n}", shelf=("A", f"x{sort}")) for n, sort in enumerate(sorts)))
    assert store.query("A", newest_first=False) == [f"p{n}" for n in range(len(sorts))]


def test_large_records_are_listed_to_the_limit(store: StoreUnderTest) -> None:
    for n in range(8):
        store.commit(parcel(f"p{n}", body="x" * 200_000, shelf=("A", str(n))))
    assert store.query("A", newest_first=False) == [f"p{n}" for n in range(8)]
    assert store.query("A", low="1", high="7", limit=7, newest_first=False) == [f"p{n}" for n in range(1, 7)]


def test_a_record_that_leaves_an_index_is_no_longer_listed(shelf: StoreUnderTest) -> None:
    shelf.commit(parcel("p3", 2, sender=("ann", "6")))
    assert shelf.query("A") == ["p5", "p4", "p2", "p1"]
    assert shelf.query("ann", "sender") == ["p1", "p2", "p3", "p4", "p5"]
    assert shelf.get("p3") == parcel("p3", 2, sender=("ann", "6"))


def test_a_record_that_changes_partition_is_listed_in_the_new_one_only(shelf: StoreUnderTest) -> None:
    shelf.commit(parcel("p3", 2, shelf=("B", "1")))
    assert shelf.query("A") == ["p5", "p4", "p2", "p1"]
    assert shelf.query("B") == ["other", "p3"]


def test_a_record_that_changes_its_sort_key_moves(shelf: StoreUnderTest) -> None:
    shelf.commit(parcel("p3", 2, shelf=("A", "9")))
    assert shelf.query("A") == ["p3", "p5", "p4", "p2", "p1"]


def test_a_record_may_come_back_into_an_index(shelf: StoreUnderTest) -> None:
    shelf.commit(parcel("p3", 2))
    shelf.commit(parcel("p3", 3, shelf=("A", "3")))
    assert shelf.query("A") == ["p5", "p4", "p3", "p2", "p1"]


def test_a_list_shows_whole_records_as_they_were_last_stored(shelf: StoreUnderTest) -> None:
    newest = parcel("p3", 2, body='"moved"', shelf=("A", "3"))
    shelf.commit(newest)
    shelf.settle()
    assert shelf.query_now("A", low="3", high="4") == [newest]


def test_however_far_an_index_lags_get_shows_the_newest(store: StoreUnderTest) -> None:
    for version in range(1, 8):
        newest = parcel("p1", version, shelf=("A", str(version)))
        store.commit(newest)
        assert store.get("p1") == newest
        assert store.get_many("p1") == {"p1": newest}
        listed = store.query_now("A", limit=5)
        assert len(listed) <= 1
        assert all(record.version <= version for record in listed)
    assert store.query("A", low="7") == ["p1"]


def test_the_lagging_store_of_these_tests_does_lag() -> None:
    with open_memory(lag=2) as store:
        store.commit(parcel("p1", shelf=("A", "1")))
        store.commit(parcel("p2", shelf=("A", "2")))
        assert store.query_now("A") == []
        store.commit(parcel("p3"))
        assert store.query_now("A") == [parcel("p1", shelf=("A", "1"))]
        assert store.query("A") == ["p2", "p1"]
