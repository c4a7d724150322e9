"""What a desk and its worker say to each other: frames of MessagePack over a socket, each with its length before it."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import msgspec

from frontdesk.adapters.embedded.news import Told
from frontdesk.kernel.errors import ClaimTaken, Conflict, CounterRefused, FrontdeskError, Unavailable
from frontdesk.kernel.records import Commit

LENGTH_BYTES = 4
NEW, USED = b"n", b"u"  # what comes with a connection: whether it has had a request


class Setup(msgspec.Struct, frozen=True, array_like=True):
    """The first frame to a worker: whose requests it answers, on which data, as which version of this program."""

    version: str
    data: str
    services: tuple[str, ...]
    issuer: str
    host: str
    port: int
    log_level: str = "info"
    otlp: str = ""


class Offered(msgspec.Struct, frozen=True, array_like=True):
    """The commit that the worker's n-th question is about, by itself: a bad one harms no other."""

    n: int
    commit: bytes


class Passed(msgspec.Struct, frozen=True, array_like=True):
    """A whole request that the worker leaves to the desk. `address` is the caller's, "" where it is not known.

    `fault` says why there is no body, where it could not be read: `too_large` or `malformed`.
    """

    method: str
    path: str
    query: bytes
    headers: list[tuple[bytes, bytes]]
    address: str
    body: bytes
    fault: str = ""


class Asked(msgspec.Struct, frozen=True, array_like=True):
    """That the worker's n-th question is such a request."""

    n: int
    request: Passed


class Answered(msgspec.Struct, frozen=True, array_like=True):
    """The desk's answer to such a request."""

    n: int
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


class Refused(msgspec.Struct, frozen=True, array_like=True):
    """That a commit was refused, and what its `Store.commit` would have raised."""

    n: int
    code: str
    detail: str = ""
    keys: tuple[str, ...] = ()
    owner: str = ""


class Counted(msgspec.Struct, frozen=True, array_like=True):
    """Requests of one method and route since the last time: how many of each status, and how long they took."""

    method: str
    route: str
    statuses: dict[int, int]
    seconds: list[int]  # as `figures.Histogram` counts them
    sum: float


class Tally(msgspec.Struct, frozen=True, array_like=True):
    """What the worker has answered since it last said so, and the refusals among it by code.

    `room` is for how many more connections it has files.
    """

    requests: list[Counted] = []
    refusals: dict[str, int] = {}
    room: int = 0


class ToDesk(msgspec.Struct, array_like=True):
    """What a worker has to say. The first of all says that it is ready; each of the `tallies` answers a `pulse`."""

    offered: list[Offered] = []
    asked: list[Asked] = []
    tallies: list[Tally] = []


class ToWorker(msgspec.Struct, array_like=True):
    """What a desk has to say. The answers to commits come with the news of what they, and others, have changed.

    `withdrawn` are names whose tokens are good no more, with the generation; `forget`: nor is any that was good before.
    `busy`: a commit would be refused now. `pulse` asks for a tally, and says how much of the time the desk computes.
    """

    told: Told | None = None
    done: list[int] = []
    refused: list[Refused] = []
    answered: list[Answered] = []
    withdrawn: list[tuple[str, int]] = []
    forget: bool = False
    busy: bool = False
    pulse: float | None = None
    stop: bool = False


_ENCODER = msgspec.msgpack.Encoder()
_COMMIT = msgspec.msgpack.Decoder(Commit)


def offered(n: int, commit: Commit) -> Offered:
    """Put a commit into words."""
    return Offered(n, _ENCODER.encode(commit))


def commit_of(said: Offered) -> Commit:
    """Return what `offered` was given."""
    return _COMMIT.decode(said.commit)


def refused(n: int, error: BaseException) -> Refused:
    """Put what a commit was refused with into words."""
    match error:
        case ClaimTaken():
            return Refused(n, error.code, keys=(error.key,), owner=error.owner)
        case CounterRefused():
            return Refused(n, error.code, keys=error.keys)
        case FrontdeskError():
            return Refused(n, error.code, error.detail)
        case _:
            return Refused(n, "", type(error).__name__)


def refusal(said: Refused) -> Exception:
    """Return what `refused` was given. Anything that `Store.commit` does not speak of is a RuntimeError."""
    if said.code == ClaimTaken.code:
        return ClaimTaken(said.keys[0], said.owner)
    if said.code == CounterRefused.code:
        return CounterRefused(said.keys)
    if said.code == Conflict.code:
        return Conflict()
    if said.code == Unavailable.code:
        return Unavailable(said.detail)
    return RuntimeError(f"the desk could not commit: {said.code or said.detail}")


class Pipe(asyncio.Protocol):
    """One end of the socket. `hear` is called with each frame, `gone` once, when the other end has closed it."""

    def __init__(self, takes: type[Any], hear: Callable[[Any], None], gone: Callable[[], None]) -> None:
        self._decoder = msgspec.msgpack.Decoder(takes)
        self._hear = hear
        self._gone = gone
        self._buffer = bytearray()
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        assert isinstance(transport, asyncio.WriteTransport)  # noqa: S101 - that of a stream
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        buffer = self._buffer
        buffer += data
        begin = 0
        while (body := begin + LENGTH_BYTES) <= len(buffer):
            end = body + int.from_bytes(buffer[begin:body], "big")
            if end > len(buffer):
                break
            self._hear(self._decoder.decode(buffer[body:end]))
            begin = end
        del buffer[:begin]

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.Protocol."""
        self._gone()

    def send(self, content: Setup | ToDesk | ToWorker) -> None:
        """Send a frame. Nothing happens when the other end has gone."""
        body = _ENCODER.encode(content)
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(len(body).to_bytes(LENGTH_BYTES, "big") + body)

    def close(self) -> None:
        """Send what waits, then close it."""
        if self._transport is not None:
            self._transport.close()


def first_frame(connection: socket.socket) -> Setup | None:
    """Wait for a worker's setup; None when the desk has gone before it came."""
    length = _exactly(connection, LENGTH_BYTES)
    body = _exactly(connection, int.from_bytes(length, "big"))
    return msgspec.msgpack.decode(body, type=Setup) if body else None


def _exactly(connection: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        some = connection.recv(size - len(found))
        if not some:
            return b""
        found += some
    return found
