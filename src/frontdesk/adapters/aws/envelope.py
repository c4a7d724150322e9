"""A message as EventBridge and SQS carry it. There is one form, so there is one decoder.

    {"source": ..., "detail-type": <event name>, "detail": {"metadata": {...}, "data": <event body>}}

EventBridge adds fields of its own around it when it delivers an event to a queue. What never passes the bus (timers,
parked messages, redriven letters) is sent to its queue in the same form. Where several subscribers share a queue, `for`
names the one that is meant; without it all are.
"""

from datetime import datetime
from typing import Any

import msgspec

from frontdesk.kernel.messages import Message, decoder

MAX_BYTES = 256 * 1024  # of one entry of PutEvents, of all entries of one call, and of one SQS message


class UnfitError(ValueError):
    """A message that cannot travel: its body is no JSON object, or it is too large. The kernel lets neither through."""


class NotAMessageError(ValueError):
    """A body of a queue that nobody of this house wrote."""


class _Metadata(msgspec.Struct, frozen=True):
    """All of a message but its name and its body."""

    id: str
    schema: int
    source: str
    version: int
    at: datetime
    correlation_id: str = ""


class _Detail(msgspec.Struct, frozen=True):
    metadata: _Metadata
    data: msgspec.Raw


class _Envelope(msgspec.Struct, frozen=True, omit_defaults=True):
    name: str = msgspec.field(name="detail-type")
    detail: _Detail
    source: str = ""
    for_: str = msgspec.field(name="for", default="")


class _Signed(msgspec.Struct, frozen=True):
    """How the shop wants an event to be signed, if the event says so."""

    event_source: str = ""


def entry(message: Message, *, service: str, bus: str) -> dict[str, Any]:
    """Return the entry of PutEvents that publishes a message of `service`. Raises UnfitError."""
    source = _source(message, service)
    detail = msgspec.json.encode(_detail(message)).decode()
    _bound(len(source.encode()) + len(message.name.encode()) + len(detail.encode()))
    return {"EventBusName": bus, "Source": source, "DetailType": message.name, "Detail": detail}


def size(entry: dict[str, Any]) -> int:
    """Return how many bytes an entry counts."""
    return sum(len(entry[part].encode()) for part in ("Source", "DetailType", "Detail"))


def encode(message: Message, *, service: str = "", subscriber: str = "") -> str:
    """Return the body of a queue that carries a message past the bus, to one subscriber or all. Raises UnfitError."""
    envelope = _Envelope(message.name, _detail(message), _source(message, service), subscriber)
    body = msgspec.json.encode(envelope).decode()
    if "\ufffe" in body or "\uffff" in body:  # SQS refuses these two, which are nobody's letters, as they are
        body = body.replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")
    _bound(len(body.encode()))
    return body


def decode(body: str | bytes) -> Message:
    """Return the message in a queue's body, whichever way it came. Raises NotAMessageError."""
    return decode_addressed(body)[0]


def decode_addressed(body: str | bytes) -> tuple[Message, str]:
    """Return the message in a queue's body, and which subscriber it is for, "" for all. Raises NotAMessageError."""
    try:
        envelope = decoder(_Envelope).decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as cause:
        raise NotAMessageError("the body of a queue is no message") from cause
    about, data = envelope.detail.metadata, bytes(envelope.detail.data).decode()
    message = Message(
        about.id,
        envelope.name,
        about.schema,
        about.source,
        about.version,
        about.at,
        about.correlation_id,
        data,
    )
    return message, envelope.for_


def _detail(message: Message) -> _Detail:
    m = message
    return _Detail(
        _Metadata(m.id, m.schema, m.source, m.version, m.at, m.correlation_id), msgspec.Raw(m.body.encode())
    )


def _source(message: Message, service: str) -> str:
    """Return who signs a message, having seen that its body is a JSON object."""
    try:
        signed = decoder(_Signed).decode(message.body)
    except msgspec.DecodeError as cause:
        raise UnfitError(f"the body of {message.name} is no event") from cause
    return signed.event_source or f"frontdesk.{service}".rstrip(".")


def _bound(count: int) -> None:
    if count > MAX_BYTES:
        raise UnfitError(f"a message of {count} bytes; AWS carries {MAX_BYTES}")
