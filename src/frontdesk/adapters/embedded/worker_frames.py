"""What a desk and its worker say to each other: frames of MessagePack over a socket, each with its length before it."""

from asyncio import IncompleteReadError, StreamReader
from typing import TypeVar

import msgspec

from frontdesk.adapters.embedded.news import Told
from frontdesk.adapters.embedded.settlement import Entry, Settlement

LENGTH_BYTES = 4
BUFFER_BYTES = 4 * 1024 * 1024  # how much is read ahead of a frame's end
T = TypeVar("T")


class Setup(msgspec.Struct, frozen=True, array_like=True):
    """The first frame to a worker: whose reactions it decides, on which data, as which version of this program."""

    version: str
    data: str
    services: tuple[str, ...]
    log_level: str
    otlp: str = ""


class Wanted(msgspec.Struct, frozen=True, array_like=True):
    """A batch to decide."""

    subscriber: str
    entries: tuple[Entry, ...]
    cursor: int
    told: Told


class Refused(msgspec.Struct, frozen=True, array_like=True):
    """That a rule refused a batch's n-th message, and why; of one that went well nothing is said."""

    n: int
    cause: str


class Decided(msgspec.Struct, frozen=True, array_like=True):
    """The answer to a batch, in the order of the questions; the first of all answers the setup.

    Without a settlement the batch lost a race (`lost`), or the desk has to decide it: a worker does not judge failures,
    which may be its own.
    """

    settlement: Settlement | None = None
    lost: bool = False
    refused: tuple[Refused, ...] = ()


_ENCODER = msgspec.msgpack.Encoder()
SETUP = msgspec.msgpack.Decoder(Setup)
WANTED = msgspec.msgpack.Decoder(Wanted)
DECIDED = msgspec.msgpack.Decoder(Decided)


def framed(content: Setup | Wanted | Decided) -> bytes:
    """Return a frame."""
    body = _ENCODER.encode(content)
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


async def next_frame(reader: StreamReader, decoder: msgspec.msgpack.Decoder[T]) -> T | None:
    """Return the next frame; None when the other side has gone, also in the middle of one."""
    try:
        length = await reader.readexactly(LENGTH_BYTES)
        body = await reader.readexactly(int.from_bytes(length, "big"))
    except (IncompleteReadError, ConnectionError):
        return None
    return decoder.decode(body)
