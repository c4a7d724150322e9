"""Bytes and units, as DynamoDB's guide counts them."""

import pytest

from frontdesk.cost.capacity import entry_size, index_units, item_size, read_units, write_units

LISTED = {
    "pk": {"S": "jar:1"},
    "jar-by_shelfp": {"S": "top"},
    "jar-by_shelfs": {"S": "1"},
    "d": {"S": "x" * 1500},
}
INDEX = "jar-by_shelf"


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": "äb"}, 3),
        ({"N": "0"}, 1),
        ({"N": "7"}, 2),
        ({"N": "100"}, 2),
        ({"N": "1000"}, 2),
        ({"N": "123"}, 3),
        ({"N": "-12"}, 3),
        ({"L": [{"S": "ab"}, {"N": "7"}]}, 3 + 3 + 3),
        ({"M": {"k": {"S": "ab"}}}, 3 + 1 + 1 + 2),
        ({"BOOL": True}, 1),
    ],
)
def test_a_value_is_as_large_as_the_guide_says(value: dict[str, object], size: int) -> None:
    assert item_size({"name": value}) == len("name") + size


def test_a_unit_of_writing_is_a_kilobyte_and_the_larger_of_before_and_after_counts() -> None:
    small, large = {"a": {"S": "x" * 1023}}, {"a": {"S": "x" * 1024}}
    assert (write_units(small), write_units(large), write_units(large, small)) == (1, 2, 2)
    assert write_units({}) == 1  # what is not there costs one, too


def test_a_unit_of_reading_is_four_kilobytes() -> None:
    assert [read_units(size) for size in (0, 4096, 4097)] == [1, 1, 2]


def test_an_index_of_keys_costs_nothing_while_its_keys_stay() -> None:
    changed = {**LISTED, "d": {"S": "y" * 1500}}
    moved = {**LISTED, "jar-by_shelfs": {"S": "2"}}

    assert index_units(INDEX, {}, LISTED) == 1
    assert index_units(INDEX, LISTED, changed) == 0
    assert index_units(INDEX, LISTED, moved) == 2
    assert index_units(INDEX, LISTED, {}) == 1
    assert index_units(INDEX, {}, {"pk": {"S": "jar:2"}}) == 0


def test_an_index_of_whole_items_is_written_with_every_change() -> None:
    changed = {**LISTED, "d": {"S": "y" * 1500}}

    assert index_units(INDEX, {}, LISTED, whole=True) == 2
    assert index_units(INDEX, LISTED, changed, whole=True) == 2
    assert index_units(INDEX, LISTED, LISTED, whole=True) == 0
    assert entry_size(INDEX, LISTED) < 60 < entry_size(INDEX, LISTED, whole=True)
