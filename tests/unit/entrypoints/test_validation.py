"""Bad bodies and queries: every faulty field, by its place, and never what was in it."""

import json
import time
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontdesk.entrypoints import validation
from frontdesk.entrypoints.faults import MAX_FAULTS, MAX_STEP_CHARS
from frontdesk.entrypoints.validation import decode_body, decode_query
from frontdesk.kernel.errors import Invalid, Malformed
from frontdesk.services.catalogue.commands import SetShop
from frontdesk.services.orders.commands import ListOrders, PlaceOrder

SECRET = "zq-secret-zq"
GOOD: dict[str, Any] = {
    "shop_id": "snacks",
    "channel": "web",
    "customer": {"name": "Ana", "email": "ana@example.org"},
    "lines": [{"sku": f"s{n}", "quantity": 1} for n in range(3)],
    "delivery": {
        "method": "delivery",
        "address": "Lindenstr. 7",
        "window": {"from": "2026-03-14T12:00:00Z", "to": "2026-03-14T13:00:00Z"},
    },
    "expected_total": 100,
}


def faults(body: Any, type: Any = PlaceOrder) -> dict[str, str]:
    """Return the code of each fault of a body by its pointer."""
    with pytest.raises(Invalid) as refused:
        decode_body(body if isinstance(body, bytes) else json.dumps(body).encode(), type)
    found = [(fault.pointer, fault.code) for fault in refused.value.faults]
    assert len(dict(found)) == len(found), "each place once"
    return dict(found)


# Each spoils one place that no other touches: (pointer, code, how).
PLANTED: list[tuple[str, str, Callable[[Any], Any]]] = [
    ("/shop_id", "wrong_format", lambda b: b.update(shop_id=f"Not {SECRET}")),
    ("/channel", "unknown_value", lambda b: b.update(channel=SECRET)),
    ("/customer/name", "missing", lambda b: b["customer"].pop("name")),
    ("/customer/email", "wrong_format", lambda b: b["customer"].update(email=SECRET)),
    ("/customer/phone", "wrong_type", lambda b: b["customer"].update(phone=[SECRET])),
    ("/customer/extra", "unknown_field", lambda b: b["customer"].update(extra=SECRET)),
    ("/lines/0/quantity", "too_small", lambda b: b["lines"][0].update(quantity=0)),
    ("/lines/1/quantity", "wrong_type", lambda b: b["lines"][1].update(quantity=1.0)),
    ("/lines/1/sku", "missing", lambda b: b["lines"][1].pop("sku")),
    ("/lines/2", "wrong_type", lambda b: b["lines"].__setitem__(2, SECRET)),
    ("/delivery/method", "unknown_value", lambda b: b["delivery"].update(method=SECRET)),
    ("/delivery/address", "too_long", lambda b: b["delivery"].update(address=SECRET * 50)),
    ("/delivery/window/from", "wrong_format", lambda b: b["delivery"]["window"].update({"from": SECRET})),
    (
        "/delivery/window/to",
        "wrong_format",
        lambda b: b["delivery"]["window"].update(to="2026-03-14T13:00:00"),
    ),
    ("/expected_total", "too_large", lambda b: b.update(expected_total=10**16)),
    ("/no~1such~0field", "unknown_field", lambda b: b.update({"no/such~field": SECRET})),
]


@settings(max_examples=100, deadline=None)
@given(st.sets(st.sampled_from(range(len(PLANTED))), min_size=1))
def test_exactly_the_planted_faults_are_named(planted: set[int]) -> None:
    body = deepcopy(GOOD)
    for place in sorted(planted, key=lambda n: n == 9):  # the whole line last
        PLANTED[place][2](body)
    assert faults(body) == {PLANTED[place][0]: PLANTED[place][1] for place in planted}


def test_no_fault_quotes_what_was_sent() -> None:
    body = deepcopy(GOOD)
    for _, _, spoil in PLANTED:
        spoil(body)
    with pytest.raises(Invalid) as refused:
        decode_body(json.dumps(body).encode(), PlaceOrder)
    told = msgspec.json.encode(refused.value.faults).decode()
    assert SECRET not in told
    assert "lima" not in told.lower()
    assert len(refused.value.faults) == len(PLANTED)


@pytest.mark.parametrize("value", [None, True, 3, 1.5, SECRET, [SECRET], {SECRET: 1}])
@pytest.mark.parametrize("field", sorted(GOOD))
def test_a_field_of_another_type_is_one_place_and_nothing_is_quoted(field: str, value: Any) -> None:
    body = GOOD | {field: value}
    try:
        decode_body(json.dumps(body).encode(), PlaceOrder)
    except Invalid as refused:
        found = refused.faults
    else:
        return  # an optional field may be null, and a total 3
    assert all(fault.pointer.startswith(f"/{field}") for fault in found)
    assert SECRET not in "".join(fault.message for fault in found)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b'{"a":1}}',
        b"\xff",
        b'{"shop_id":"\xff"}',
        b'{"shop_id":"\\ud800"}',
        b"NaN",
        b'{"expected_total":NaN}',
        b'{"expected_total":1e999}',
        b'{"expected_total":' + b"9" * 5_000 + b"}",
        b"[" * 60_000,
        b"[" * 60_000 + b"]" * 60_000,
        b'{"shop_id":1,"x":' + b"[" * 60_000 + b"]" * 60_000 + b"}",
        b'{"x":' + b'{"x":' * 20_000 + b"1" + b"}" * 20_001,
    ],
    ids=lambda body: repr(body[:20]),
)
def test_what_is_no_json_text_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        decode_body(body, PlaceOrder)


@pytest.mark.parametrize("body", [b"null", b"[]", b"3", b'"x"', b"true"])
def test_a_body_that_is_no_object_is_one_fault_at_its_root(body: bytes) -> None:
    assert faults(body) == {"": "wrong_type"}


def test_a_map_with_a_name_that_cannot_be_is_told_so() -> None:
    shop = {"name": "Snacks", "currency": "EUR", "channels": {"tv": {"tax_included": True}}}
    assert faults(shop, SetShop) == {"/channels/tv": "unknown_field"}


HUGE: dict[str, Any] = {
    "items": {"lines": [0] * 40_000},
    "long lists of long lists": {"lines": [[0] * 100] * 400},
    "fields": {f"field-{n}": 0 for n in range(8_000)},
    "a name": {"x" * 100_000: 0},
    "names in a map": {"channels": {"x" * 1_000: {f"y{n}": 1 for n in range(5_000)}}},
}


@pytest.mark.parametrize("sort", HUGE)
def test_many_faults_are_cut_short_in_time_and_length(sort: str) -> None:
    type = SetShop if "channels" in HUGE[sort] else PlaceOrder
    body = json.dumps(HUGE[sort]).encode()
    validation.decode_body(b'{"name":"a","currency":"EUR","channels":{}}', SetShop)
    with pytest.raises(Invalid):
        decode_body(b"{}", type)  # makes the validator
    began = time.process_time()
    with pytest.raises(Invalid) as refused:
        decode_body(body, type)
    assert time.process_time() - began < 0.25
    assert len(refused.value.faults) <= MAX_FAULTS
    assert len(msgspec.json.encode(refused.value.faults)) < 100 * MAX_FAULTS + 4 * MAX_STEP_CHARS * MAX_FAULTS


def query_faults(**query: str) -> dict[str, str]:
    """Return the faults of a query."""
    with pytest.raises(Invalid) as refused:
        decode_query(query, ListOrders)
    return {fault.pointer: fault.code for fault in refused.value.faults}


def test_a_query_is_read_into_numbers_and_moments() -> None:
    found = decode_query({"limit": "5", "since": "2026-03-14T12:00:00Z", "shop_id": "snacks"}, ListOrders)
    assert found == ListOrders(shop_id="snacks", since=datetime(2026, 3, 14, 12, tzinfo=UTC), limit=5)
    assert decode_query({}, ListOrders) == ListOrders()


def test_every_fault_of_a_query_is_named_and_nothing_quoted() -> None:
    found = query_faults(
        limit="0", since=SECRET, until="2026-03-14T12:00:00", shop_id=SECRET.upper(), nope=SECRET
    )
    assert sorted(found) == ["/limit", "/nope", "/shop_id", "/since", "/until"]
    with pytest.raises(Invalid) as refused:
        decode_query({"since": SECRET, "limit": SECRET, "shop_id": SECRET.upper()}, ListOrders)
    assert SECRET not in msgspec.json.encode(refused.value.faults).decode().lower()


@pytest.mark.parametrize("limit", ["", "x", "1.5", "0", "-1", "101", "9" * 30, "true", "null", "0x10"])
def test_a_page_size_that_is_none_is_refused(limit: str) -> None:
    assert list(query_faults(limit=limit)) == ["/limit"]


class Needed(msgspec.Struct):
    """A query with a field that it cannot do without."""

    name: str


def test_a_missing_parameter_is_told() -> None:
    with pytest.raises(Invalid) as refused:
        decode_query({}, Needed)
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("/name", "missing")]
