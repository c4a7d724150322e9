"""msgspec and the walk accept the same bodies: a bad one always has its faults, a good one never."""

from datetime import date, datetime
from enum import Enum, IntEnum
from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from msgspec import Meta

from frontdesk.entrypoints import validation
from frontdesk.entrypoints.validation import decode_body
from frontdesk.kernel.errors import Fault, Invalid, Malformed
from frontdesk.services.orders.commands import CancelOrder, PlaceOrder, SetPrice, SetShop
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


REAL = [PlaceOrder, CancelOrder, SetShop, SetPrice]


def walked(body: bytes, type: Any) -> tuple[Fault, ...]:
    """Return what the walk says by itself."""
    return tuple(validation._walk(body, type))  # noqa: SLF001 - the two ways are compared


def check(body: bytes, type: Any) -> None:
    """Compare the two ways on one body."""
    try:
        msgspec.json.decode(body, type=type)
    except msgspec.ValidationError:
        event("refused")
        assert walked(body, type), body
        with pytest.raises(Invalid):
            decode_body(body, type)
    else:
        event("accepted")
        assert walked(body, type) == (), body


@pytest.mark.parametrize("type", [Jar, *REAL])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_the_two_ways_accept_the_same_bodies(type: Any, data: st.DataObject) -> None:
    check(data.draw(near(type)), type)


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
