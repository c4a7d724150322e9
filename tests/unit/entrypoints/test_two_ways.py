"""msgspec and the walk accept the same bodies: a bad one always has its faults, a good one never."""

from datetime import date, datetime
from enum import Enum, IntEnum
from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Meta

from frontdesk.entrypoints import validation
from frontdesk.entrypoints.validation import decode_body
from frontdesk.kernel.errors import Fault, Invalid, Malformed
from frontdesk.services.catalogue.commands import SetProduct, SetShop
from frontdesk.services.orders.commands import CancelOrder, ImportOrder, PlaceOrder
from tests.unit.entrypoints.bodies import near


class Colour(Enum):
    """Of a jar."""

    RED = "red"
    BLUE = "blue"


class Size(IntEnum):
    """Of a jar."""

    SMALL = 1
    LARGE = 2


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What clients send."""


class Lid(Strict, frozen=True):
    """What closes a jar."""

    tight: bool
    colour: Colour | None = None


class Jar(Strict, frozen=True):
    """One of each sort of field that a request may have."""

    sweets: Annotated[int, Meta(ge=0, le=100)]
    weight: Annotated[float, Meta(gt=0)]
    label: Annotated[str, Meta(min_length=1, max_length=5)]
    size: Size
    made: Annotated[datetime, Meta(tz=True)]
    best: date | None = None
    lid: Lid | None = None
    spare: Annotated[tuple[Lid, ...], Meta(max_length=2)] = ()
    pair: tuple[int, str] = (0, "")
    shelf: int | str | None = None
    mood: Literal["happy", "sad", 3] = "happy"
    notes: dict[str, Annotated[int, Meta(lt=5)]] = {}
    fragile: bool = False
    code: Annotated[str, Meta(pattern=r"^[A-Z]{2}(?!\n)$")] = "AA"
    half: Annotated[float, Meta(multiple_of=0.5)] = 0.5


REAL = [PlaceOrder, CancelOrder, ImportOrder, SetShop, SetProduct]


def walked(body: bytes, type: Any) -> tuple[Fault, ...]:
    """Return what the walk says by itself."""
    return tuple(validation._walk(body, type))  # noqa: SLF001 - the two ways are compared


def check(body: bytes, type: Any) -> None:
    """Compare the two ways on one body."""
    try:
        msgspec.json.decode(body, type=type)
    except msgspec.ValidationError:
        assert walked(body, type), body
        with pytest.raises(Invalid):
            decode_body(body, type)
    else:
        assert walked(body, type) == (), body


@pytest.mark.parametrize("type", [Jar, *REAL])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_the_two_ways_accept_the_same_bodies(type: Any, data: st.DataObject) -> None:
    check(data.draw(near(type)), type)


NASTY: dict[str, list[Any]] = {
    "sweets": [1.0, -0.0, True, "1", None, 101, 10**30, [1]],
    "weight": [0, 0.0, 1, "1", True, 1e300, -1e-300],
    "label": ["", "a\n", "\u00e9" * 5, "\U0001f600" * 5, "\U0001f600" * 6, 1],
    "size": [1.0, True, 3, "1", 2],
    "made": [
        "2026-03-14T09:30:00",
        "2026-03-14 09:30:00Z",
        "2026-03-14T09:30:00z",
        "2026-03-14T24:00:00Z",
        "",
        0,
    ],
    "best": ["2026-02-30", "20260301", "2026-03-01T00:00:00Z", None],
    "lid": [{}, {"tight": 1}, {"tight": True, "colour": "green"}, {"tight": True, "x": 1}, [], None],
    "spare": [None, {}, [{}], [{"tight": True}] * 3],
    "pair": [[], [1], [1, "a", 2], ["a", 1], [1.0, "a"]],
    "shelf": [1.0, 1.5, True, None, [], {}],
    "mood": [3.0, True, None, "happy ", 3],
    "notes": [{"a": 5}, {"a": 4.0}, {"": 1}, []],
    "fragile": [0, 1, "true", None],
    "code": ["AA\n", "aa", "AAA", "ÄÄ"],
    "half": [0.25, 1, 0, -0.5, 1e300],
}
BEST = {"sweets": 1, "weight": 1, "label": "a", "size": 1, "made": "2026-03-14T09:30:00Z"}


@pytest.mark.parametrize("field", NASTY)
def test_the_two_ways_agree_on_what_is_nearly_right(field: str) -> None:
    assert sorted(NASTY) == sorted(msgspec.structs.asdict(decode_body(msgspec.json.encode(BEST), Jar)))
    for value in NASTY[field]:
        check(msgspec.json.encode(BEST | {field: value}), Jar)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("type", [Jar, *REAL])
@settings(max_examples=3_000, deadline=None)
@given(data=st.data())
def test_the_two_ways_accept_the_same_bodies_of_thousands(type: Any, data: st.DataObject) -> None:
    check(data.draw(near(type)), type)


@settings(max_examples=300, deadline=None)
@given(body=st.binary(max_size=30) | st.text(max_size=30).map(str.encode))
def test_no_bytes_at_all_are_more_than_refused(body: bytes) -> None:
    with pytest.raises((Malformed, Invalid)):
        decode_body(body, Jar)
