"""What DynamoDB counts: bytes of items, and units of writing and reading.

Source: "DynamoDB item sizes and formats" and "DynamoDB read and write operations", developer guide.
"""

from collections.abc import Mapping
from typing import Any

Item = Mapping[str, Any]

WRITE_BYTES = 1024  # of one write unit
READ_BYTES = 4096  # of one read unit, strongly consistent
TRANSACTED = (
    2  # times as many units for a write in a transaction; its indexes follow later and cost as always
)


def item_size(item: Item) -> int:
    """Return the bytes of an item: of the names of its attributes, and of their values."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def write_units(*items: Item) -> int:
    """Return the units of a write that turns one of these items into another; none: there is nothing to write."""
    return max(1, -(-max(map(item_size, items), default=0) // WRITE_BYTES))


def read_units(size: int) -> int:
    """Return the units of a consistent read of so many bytes; also what is not there costs one."""
    return max(1, -(-size // READ_BYTES))


def index_units(index: str, before: Item, after: Item, *, whole: bool = False) -> int:
    """Return the units of what a write does to an index (`order-by_shop`) of keys, or of `whole` items."""
    old, new = _entry(index, before, whole=whole), _entry(index, after, whole=whole)
    if old == new:
        return 0  # also where there is none: nothing is written
    if not old or not new:
        return write_units(old, new)
    if _place(index, old) == _place(index, new):
        return write_units(old, new)
    return write_units(old) + write_units(new)  # it moves: one entry goes, another comes


def entry_size(index: str, item: Item, *, whole: bool = False) -> int:
    """Return the bytes of an item's entry in an index; 0 where it has none."""
    return item_size(_entry(index, item, whole=whole))


def _entry(index: str, item: Item, *, whole: bool) -> Item:
    if f"{index}p" not in item:
        return {}
    return item if whole else {name: item[name] for name in ("pk", *_keys(index))}


def _place(index: str, item: Item) -> list[Any]:
    return [item[name] for name in _keys(index)]


def _keys(index: str) -> tuple[str, str]:
    return f"{index}p", f"{index}s"


def _value_size(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    if kind == "S":
        return len(content.encode())
    if kind == "N":
        return _number_size(content)
    if kind == "L":
        return 3 + sum(1 + _value_size(element) for element in content)
    if kind == "M":
        return 3 + sum(1 + len(name.encode()) + _value_size(one) for name, one in content.items())
    return 1  # BOOL, NULL


def _number_size(text: str) -> int:
    """Return a byte for each two significant digits, one more, and one for a sign. What we keep are whole numbers."""
    digits = text.lstrip("-")
    if not digits.strip("0"):
        return 1
    zeros = len(digits) - len(digits.rstrip("0"))
    significant = len(digits.strip("0")) + zeros % 2  # pairs are counted from the decimal point
    return 1 + (significant + 1) // 2 + text.startswith("-")
