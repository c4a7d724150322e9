"""What Meta posts to the desk: whether it is Meta who posts it, what people wrote, and how far messages have come.

Source: Meta, "Webhooks" and "Messages webhook reference" of the WhatsApp Business Platform, 2026-05. A post may come
again, for days, and in any order.
"""

import hashlib
import hmac
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from frontdesk.adapters.channels.whatsapp_errors import meaning
from frontdesk.channels import Inbound, Post, Progress, Receipt

T = TypeVar("T")
SIGNATURE = "x-hub-signature-256"
_log = logging.getLogger(__name__)


class _Button(msgspec.Struct, frozen=True):
    payload: str = ""
    text: str = ""


class _Reply(msgspec.Struct, frozen=True):
    id: str = ""
    title: str = ""


class _Interactive(msgspec.Struct, frozen=True):
    button_reply: _Reply | None = None
    list_reply: _Reply | None = None


class _Reaction(msgspec.Struct, frozen=True):
    message_id: str = ""
    emoji: str = ""


class _Text(msgspec.Struct, frozen=True):
    body: str = ""


class _Media(msgspec.Struct, frozen=True):
    caption: str = ""


class _Context(msgspec.Struct, frozen=True):
    id: str = ""


class _Message(msgspec.Struct, frozen=True):
    """A message. Whoever hides their number is known by `from_user_id` alone."""

    id: str
    timestamp: str
    type: str
    number: str = msgspec.field(name="from", default="")
    from_user_id: str = ""
    group_id: str = ""
    context: _Context = _Context()
    text: _Text = _Text()
    button: _Button = _Button()
    interactive: _Interactive = _Interactive()
    reaction: _Reaction = _Reaction()
    image: _Media = _Media()
    video: _Media = _Media()
    document: _Media = _Media()


class _Fault(msgspec.Struct, frozen=True):
    code: int


class _Status(msgspec.Struct, frozen=True):
    id: str
    status: str
    timestamp: str
    errors: tuple[_Fault, ...] = ()
    biz_opaque_callback_data: str = ""


class _Metadata(msgspec.Struct, frozen=True):
    phone_number_id: str = ""


class _Value(msgspec.Struct, frozen=True):
    metadata: _Metadata = _Metadata()
    messages: tuple[msgspec.Raw, ...] = ()
    statuses: tuple[msgspec.Raw, ...] = ()


class _Change(msgspec.Struct, frozen=True):
    field: str
    value: msgspec.Raw


class _Entry(msgspec.Struct, frozen=True):
    changes: tuple[_Change, ...] = ()


class _Posted(msgspec.Struct, frozen=True):
    entry: tuple[_Entry, ...] = ()


def is_genuine(headers: Mapping[str, str], content: bytes, secrets: Sequence[str]) -> bool:
    """Return whether a holder of one of the app's secrets signed these very bytes. Without a secret nothing is."""
    given = headers.get(SIGNATURE, "")
    wanted = (f"sha256={hmac.digest(secret.encode(), content, hashlib.sha256).hex()}" for secret in secrets)
    return any(hmac.compare_digest(each.encode(), given.encode()) for each in wanted)


def read(content: bytes) -> Post:
    """Return what a genuine post tells, oldest first. What cannot be read of it does not hide the rest."""
    try:
        posted = msgspec.json.decode(content, type=_Posted)
    except msgspec.DecodeError:
        _log.warning("A webhook of WhatsApp cannot be read.")
        return ()
    changes = (change for entry in posted.entry for change in entry.changes if change.field == "messages")
    found = [told for change in changes for told in _told(change.value)]
    return tuple(sorted(found, key=lambda told: told.at))


def _told(raw: msgspec.Raw) -> Iterator[Inbound | Receipt]:
    for value in _readable((raw,), _Value):
        for message in _readable(value.messages, _Message):
            if not message.group_id:
                yield from _inbound(message, value.metadata.phone_number_id)
        for status in _readable(value.statuses, _Status):
            yield from _receipt(status)


def _readable(raws: Iterable[msgspec.Raw], type: type[T]) -> Iterator[T]:
    for raw in raws:
        try:
            yield msgspec.json.decode(raw, type=type)
        except msgspec.DecodeError:
            _log.warning("A part of a webhook of WhatsApp cannot be read.")


def _inbound(message: _Message, line: str) -> Iterator[Inbound]:
    at, sender = _moment(message.timestamp), message.number or message.from_user_id
    if at is None or not sender:
        _log.warning("A message of WhatsApp has no sender or no time.")
        return
    text, payload = _said(message)
    yield Inbound(
        provider_id=message.id,
        sender=sender,
        at=at,
        form=message.type,
        text=text,
        payload=payload,
        context=message.reaction.message_id or message.context.id,
        line=line,
    )


def _said(message: _Message) -> tuple[str, str]:
    """Return what is written, and the payload of the button that was pressed."""
    pressed = message.interactive.button_reply or message.interactive.list_reply
    if pressed is not None:
        return pressed.title, pressed.id
    captions = (message.image.caption, message.video.caption, message.document.caption)
    texts = (message.text.body, message.button.text, message.reaction.emoji, *captions)
    return next((text for text in texts if text), ""), message.button.payload


def _receipt(status: _Status) -> Iterator[Receipt]:
    at = _moment(status.timestamp)
    if at is None or status.status not in tuple(Progress):
        return  # "played", "deleted": nothing that anybody here waits for
    failed = status.status == Progress.FAILED
    code = status.errors[0].code if status.errors else -1
    yield Receipt(
        provider_id=status.id,
        progress=Progress(status.status),
        at=at,
        failure=meaning(code) if failed else None,
        code=str(code) if failed and code >= 0 else "",
        message_id=status.biz_opaque_callback_data,
    )


def _moment(seconds: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None
