"""Messages of every schema number that was ever written are read by the code of today; newer ones are refused."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

import msgspec
import pytest

from frontdesk.kernel.kinds import Kind
from frontdesk.kernel.messages import Event, Upcast, read, unwrap, wrap
from frontdesk.kernel.records import Record

NOW = datetime(2026, 3, 14, 9, 30, 0, 123456, tzinfo=UTC)


class Named(Event, frozen=True):
    """A jar has a name. Schema 1 had `title`, 2 had `name`, 3 has its length too."""

    NAME: ClassVar[str] = "Jar Named"
    SCHEMA: ClassVar[int] = 3
    UPCASTS: ClassVar[Mapping[int, Upcast]] = {
        1: lambda body: {"name": body["title"]},
        2: lambda body: body | {"length": len(body["name"])},
    }
    name: str
    length: int


def of_schema(schema: int, body: str) -> Any:
    """Return a message as a program of that time wrote it."""
    message = wrap(
        Named(name="x", length=1), id="jar:a:1:0", source="a", version=1, at=NOW, correlation_id="req"
    )
    return msgspec.structs.replace(message, schema=schema, body=body)


@pytest.mark.parametrize(
    ("schema", "body"),
    [(1, '{"title":"figs"}'), (2, '{"name":"figs"}'), (3, '{"name":"figs","length":4}')],
)
def test_every_schema_number_reads_as_the_newest(schema: int, body: str) -> None:
    assert unwrap(of_schema(schema, body), Named) == Named(name="figs", length=4)


def test_a_message_of_newer_code_is_refused() -> None:
    with pytest.raises(LookupError, match="written by newer code; this code knows 3"):
        unwrap(of_schema(4, '{"name":"figs","length":4}'), Named)


def test_a_missing_step_is_refused() -> None:
    with pytest.raises(LookupError):
        read('{"name":"figs"}', Named, schema=2, newest=3, upcasts={1: Named.UPCASTS[1]})


def test_a_body_that_is_none_of_its_schema_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        unwrap(of_schema(3, '{"name":"figs"}'), Named)


def test_an_envelope_holds_the_event_and_where_it_came_from() -> None:
    event = Named(name="figs", length=4)
    message = wrap(event, id="jar:a:7:0", source="a", version=7, at=NOW, correlation_id="req_1")
    assert (message.name, message.schema, message.source, message.version) == ("Jar Named", 3, "a", 7)
    assert (message.id, message.at, message.correlation_id) == ("jar:a:7:0", NOW, "req_1")
    assert unwrap(message, Named) == event
    assert msgspec.json.decode(msgspec.json.encode(message), type=type(message)) == message


class Jar(msgspec.Struct, frozen=True):
    """A jar as it is kept since schema 2."""

    sweets: int
    shelf: str


def test_a_record_of_an_older_schema_loads_as_the_newest() -> None:
    kind = Kind("jar", Jar, schema=2, upcasts={1: lambda body: body | {"shelf": "top"}})
    old = Record("jar", "a", 5, 1, '{"sweets":3}', {}, "origin", ("m1",))
    stored = kind.load(old)
    assert stored.value == Jar(3, "top")
    assert (stored.version, stored.origin, stored.handled) == (5, "origin", ("m1",))
    assert stored.changed(stored.value).record().schema == 2
