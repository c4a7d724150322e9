"""Sends the requests of a load, each when it is due, over a fixed number of connections; notes what came back when."""

import asyncio
import math
import ssl
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httptools
import msgspec

from frontdesk.entrypoints.cli.loopback import reached
from frontdesk.entrypoints.cli.show import Advance
from frontdesk.kernel.errors import Unavailable

ANSWER_SECONDS = 30.0  # for one answer, from when its request was sent
LEFT_SECONDS = 60.0  # that requests may wait for a free connection after the last was due
WATCH_SECONDS = 0.2
WATCHED = 1_000  # accepted requests, for the latency that is shown meanwhile
BREATHE_EVERY = 64  # requests that are handed out before answers are looked at
CREATED = 201
SERVER_ERRORS = 500


class _Created(msgspec.Struct):
    order_id: str


class _Refused(msgspec.Struct):
    code: str = "unreadable"
    detail: str = ""


@dataclass(slots=True)
class Tally:
    """What came back. Latencies are milliseconds from the moment at which a request was due."""

    statuses: Counter[int] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    accepted_ms: list[float] = field(default_factory=list)
    refused_ms: list[float] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    unanswered: int = 0  # no answer in time, or a connection that broke
    unsure: int = 0  # answered, but the outcome may be unknown: any failure but a plain "busy"
    late_ms: float = 0.0  # the most that the sender itself was behind: then the figures are its own fault

    @property
    def done(self) -> int:
        """How many requests are over, one way or another."""
        return len(self.accepted_ms) + len(self.refused_ms) + self.unanswered

    def answered(self, status: int, body: bytes, milliseconds: float) -> None:
        """Count one answer."""
        self.statuses[status] += 1
        if status == CREATED:
            self.accepted_ms.append(milliseconds)
            self.ids.append(msgspec.json.decode(body, type=_Created).order_id)
        else:
            refused = _refused(body)
            self.refused_ms.append(milliseconds)
            self.refusals[refused.code] += 1
            if status >= SERVER_ERRORS and refused.detail != Unavailable.title:
                self.unsure += 1


class Connection(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._body = b""

    @property
    def is_open(self) -> bool:
        """Whether the other side has not hung up yet."""
        return self._transport is not None and not self._transport.is_closing()

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Return status and body. Raises ConnectionError, TimeoutError."""
        if self._transport is None or self._transport.is_closing():
            raise ConnectionResetError
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        async with asyncio.timeout(ANSWER_SECONDS):
            return await self._answer

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - TCP gives no other
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self.connection_lost(ConnectionResetError(type(error).__name__))
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.Protocol."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError())

    def on_body(self, part: bytes) -> None:
        """See httptools."""
        self._body += part

    def on_message_complete(self) -> None:
        """See httptools."""
        body, self._body = self._body, b""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result((self._parser.get_status_code(), body))
        if not self._parser.should_keep_alive():
            self.close()


class Sender:
    """Sends one load. `tally` can be looked at meanwhile."""

    def __init__(self, url: str, request: Callable[[int], bytes], connections: int) -> None:
        self.tally = Tally()
        place = urlsplit(url)
        self._tls = ssl.create_default_context() if place.scheme == "https" else None
        self._place = (reached(place.hostname or ""), place.port or (443 if self._tls else 80))
        self._request = request
        self._connections = connections
        self._end = math.inf
        self._due: asyncio.Queue[tuple[int, float] | None] = asyncio.Queue()  # bounded by the plan

    async def send(self, moments: Iterator[float]) -> None:
        """Send every request at its moment (seconds from now) and return when each is answered or given up."""
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as group:
            for _ in range(self._connections):
                group.create_task(self._work())
            start = loop.time()
            for n, moment in enumerate(moments):
                wait = start + moment - loop.time()
                if wait > 0 or n % BREATHE_EVERY == 0:
                    await asyncio.sleep(max(wait, 0))
                self.tally.late_ms = max(self.tally.late_ms, 1e3 * (loop.time() - start - moment))
                self._due.put_nowait((n, start + moment))
            self._end = loop.time() + LEFT_SECONDS
            for _ in range(self._connections):
                self._due.put_nowait(None)

    async def _work(self) -> None:
        connection: Connection | None = None
        while (wanted := await self._due.get()) is not None:
            n, due = wanted
            if asyncio.get_running_loop().time() > self._end:
                self.tally.unanswered += 1  # it was due, and the desk left no connection free for it
                continue
            try:
                connection, status, body = await self._ask(connection, self._request(n))
            except (OSError, TimeoutError):
                self.tally.unanswered += 1
                connection = None
            else:
                self.tally.answered(status, body, 1e3 * (asyncio.get_running_loop().time() - due))
        if connection is not None:
            connection.close()

    async def _ask(self, kept: Connection | None, request: bytes) -> tuple[Connection, int, bytes]:
        """Use the connection that was kept. A server hangs up when it was idle: then once more, with the same key."""
        if kept is not None and kept.is_open:
            try:
                return kept, *await kept.ask(request)
            except ConnectionError:
                kept.close()
            except TimeoutError:
                kept.close()
                raise
        fresh = await self._connect()
        try:
            return fresh, *await fresh.ask(request)
        except BaseException:
            fresh.close()
            raise

    async def _connect(self) -> Connection:
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(Connection, *self._place, ssl=self._tls)
        return connection


def send(
    moments: Iterator[float], url: str, request: Callable[[int], bytes], connections: int, advance: Advance
) -> tuple[Tally, float]:
    """Send a load to a URL; `request(n)` is its n-th request as bytes. Return what came back, in how many seconds."""
    sender = Sender(url, request, connections)

    async def watched() -> None:
        watch = asyncio.create_task(_watch(sender.tally, advance))
        await sender.send(moments)
        watch.cancel()

    start = time.monotonic()
    asyncio.run(watched())
    return sender.tally, time.monotonic() - start


async def _watch(tally: Tally, advance: Advance) -> None:
    seen = 0
    while True:
        await asyncio.sleep(WATCH_SECONDS)
        recent = sorted(tally.accepted_ms[-WATCHED:])
        p99 = f", p99 {recent[len(recent) * 99 // 100]:.0f} ms" if recent else ""
        done = tally.done
        advance(done - seen, f"{len(tally.ids)} accepted, {done - len(tally.ids)} not{p99}")
        seen = done


def _refused(body: bytes) -> _Refused:
    try:
        return msgspec.json.decode(body, type=_Refused)
    except msgspec.DecodeError:
        return _Refused()
