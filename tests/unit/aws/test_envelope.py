"""One form for the bus and the queues: what goes in comes out, and what cannot travel is refused before it does."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from frontdesk.adapters.aws.envelope import (
    MAX_BYTES,
    NotAMessageError,
    UnfitError,
    decode,
    encode,
    entry,
    size,
)
from frontdesk.kernel.messages import Message
from tests.unit.driver import START


def a_message(body: str = '{"total":1}', **more: Any) -> Message:
    return Message("order:o1:2:0", "Order Created", 3, "o1", 2, more.get("at", START), "req", body)


def test_an_entry_is_as_the_others_on_the_bus_write_theirs() -> None:
    made = entry(a_message(), service="orders", bus="shop-bus")
    detail = json.loads(made.pop("Detail"))
    assert made == {"EventBusName": "shop-bus", "Source": "frontdesk.orders", "DetailType": "Order Created"}
    assert detail == {
        "metadata": {
            "id": "order:o1:2:0",
            "schema": 3,
            "source": "o1",
            "version": 2,
            "at": "2026-03-14T09:30:00Z",
            "correlation_id": "req",
        },
        "data": {"total": 1},
    }


def test_an_event_is_signed_as_its_shop_wants_it() -> None:
    signed = a_message('{"event_source":"com.orders","total":1}')
    assert entry(signed, service="orders", bus="b")["Source"] == "com.orders"
    assert json.loads(encode(signed, service="orders"))["source"] == "com.orders"
    assert entry(a_message('{"event_source":""}'), service="orders", bus="b")["Source"] == "frontdesk.orders"
    assert json.loads(encode(a_message()))["source"] == "frontdesk"


def test_what_eventbridge_puts_around_an_event_is_passed_over() -> None:
    made = entry(a_message(), service="orders", bus="b")
    delivered = {
        "version": "0",
        "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
        "detail-type": made["DetailType"],
        "source": made["Source"],
        "account": "111122223333",
        "time": "2026-03-14T09:30:01Z",
        "region": "eu-west-1",
        "resources": [],
        "detail": json.loads(made["Detail"]),
    }
    assert decode(json.dumps(delivered, separators=(",", ":"))) == a_message()
    assert decode(json.dumps(delivered).encode()).id == "order:o1:2:0"


TEXT = st.text(st.characters(codec="utf-8"), max_size=20)


@example("a\ufffe\uffffb", "c", START)
@given(TEXT, TEXT, st.datetimes(timezones=st.just(UTC)))
def test_any_message_comes_out_of_a_queue_as_it_went_in(text: str, name: str, at: datetime) -> None:
    message = Message(
        f"k:{text}:1:0", name, 1, text, 1, at, text, json.dumps({"t": text}, ensure_ascii=False)
    )
    body = encode(message, service="orders")
    found = decode(body)
    assert json.loads(found.body) == {"t": text}
    assert found == Message(message.id, name, 1, text, 1, at, text, found.body)
    assert all(" " <= letter < "\ufffe" or letter > "\uffff" for letter in body)  # what SQS takes


@pytest.mark.parametrize("body", ["", "[]", "no", '{"a":', '{"a":1}{"b":2}', '{"event_source":1}'])
def test_what_is_no_event_is_refused_before_anybody_takes_it(body: str) -> None:
    with pytest.raises(UnfitError):
        entry(a_message(body), service="orders", bus="b")
    with pytest.raises(UnfitError):
        encode(a_message(body))


def test_what_is_too_large_is_refused_to_the_byte() -> None:
    empty = size(entry(a_message('{"t":""}'), service="orders", bus="b"))
    fits = a_message(json.dumps({"t": "x" * (MAX_BYTES - empty)}, separators=(",", ":")))
    assert size(entry(fits, service="orders", bus="b")) == MAX_BYTES
    with pytest.raises(UnfitError):
        entry(a_message(fits.body.replace("x", "xx", 1)), service="orders", bus="b")
    with pytest.raises(UnfitError):
        entry(a_message(fits.body.replace("x", "é", 1)), service="orders", bus="b")
    with pytest.raises(UnfitError):
        encode(fits)


@pytest.mark.parametrize(
    "body", ["", "hello", "{}", "[]", '{"detail-type":"X","detail":{}}', b'{"detail-type":"\xff"}']
)
def test_a_body_that_nobody_of_this_house_wrote_is_told_apart(body: str | bytes) -> None:
    with pytest.raises(NotAMessageError):
        decode(body)
