"""What porter and desk say to each other: a length, then one request or answer in MessagePack. Many are in flight."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar, cast

import msgspec

from frontdesk.kernel import limits

LENGTH_BYTES = 4
FRAME_BYTES = limits.BODY_BYTES + 256 * 1024  # and the head of a request, which uvicorn bounds
Headers = list[tuple[bytes, bytes]]
T = TypeVar("T")


class Ask(msgspec.Struct, frozen=True, array_like=True):
    """A request. The answer has the same number."""

    number: int
    method: str
    path: str
    raw_path: bytes
    query: bytes
    headers: Headers
    client: str
    body: bytes


class Reply(msgspec.Struct, frozen=True, array_like=True):
    """The answer to the request of this number."""

    number: int
    status: int
    headers: Headers
    body: bytes


class Line(asyncio.Protocol):
    """One end of the connection between porter and desk. What is sent in one turn of the loop goes out in one write."""

    def __init__(self, type: type[T], heard: Callable[[T], None], lost: Callable[[], None]) -> None:
        self._decoder = msgspec.msgpack.Decoder(type)
        self._encoder = msgspec.msgpack.Encoder()
        self._heard = cast("Callable[[Any], None]", heard)
        self._lost = lost
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._in = bytearray()
        self._out = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol. A frame that cannot be is the end of the connection: the other end is broken."""
        self._in += data
        place, have = 0, len(self._in)
        while have - place >= LENGTH_BYTES:
            start = place + LENGTH_BYTES
            end = start + int.from_bytes(self._in[place:start], "big")
            if end - start > FRAME_BYTES:
                self.close()
                return
            if end > have:
                break
            self._heard(self._decoder.decode(self._in[start:end]))
            place = end
        del self._in[:place]

    def connection_lost(self, error: Exception | None) -> None:
        """See asyncio.Protocol."""
        self._lost()

    def say(self, what: msgspec.Struct) -> None:
        """Send a frame, with whatever else is said before the loop turns."""
        if not self._out:
            self._loop.call_soon(self._flush)
        frame = self._encoder.encode(what)
        self._out += len(frame).to_bytes(LENGTH_BYTES, "big")
        self._out += frame

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()

    def _flush(self) -> None:
        out, self._out = self._out, bytearray()
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(out)
