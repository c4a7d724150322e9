"""An open-loop load: requests leave by the clock, whether or not those before them were answered.

What a crowd does that knows nothing of each other. A request that finds every connection busy waits its turn, and that
counts: its latency begins when it should have left.
"""

import gc
import select
import socket
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from bench.appointments.requests import EXPECTED, Kind, Request
from bench.errors import BenchError
from bench.processes import HOST

CONNECTIONS = 64
LATE_SECONDS = 0.5  # behind by more than this, a load is given up: the rate is not held
PATIENCE_SECONDS = 30.0  # for the last answers
BUSY = 503  # an honest "come again"
CHUNK = 65_536


@dataclass(slots=True)
class Heard:
    """What came of a load: how many were `sent`, and of those that count milliseconds by what was asked for.

    `busy`: so many were told to come again. `gave_up`: it was so far behind that the rest was not sent.
    """

    sent: int = 0
    asked: int = 0
    busy: int = 0
    gave_up: bool = False
    millis: dict[Kind, list[float]] = field(default_factory=lambda: {kind: [] for kind in Kind})

    @property
    def all_millis(self) -> list[float]:
        """Every latency."""
        return [one for ones in self.millis.values() for one in ones]


@dataclass(slots=True, eq=False)
class Connection:
    """One connection, with the request that is on its way."""

    socket: socket.socket
    kind: Kind = Kind.READ
    due: float = 0.0
    counts: bool = False
    received: bytes = b""


def departures(rate: float, seconds: float, chance: Random) -> list[float]:
    """Return when requests leave, in seconds: by chance and in no connection with each other, so many a second."""
    found, at = [], chance.expovariate(rate)
    while at < seconds:
        found.append(at)
        at += chance.expovariate(rate)
    return found


class Sender:
    """Sends to one server, over connections that are kept."""

    def __init__(self, port: int) -> None:
        self._open: dict[int, Connection] = {}
        self._poll = select.epoll()
        self._port = port
        self._free: deque[Connection] = deque()
        for _ in range(CONNECTIONS):
            self._connect()
        self._waiting: deque[tuple[Request, float, bool]] = deque()

    def close(self) -> None:
        """Hang up."""
        self._poll.close()
        for connection in self._open.values():
            connection.socket.close()

    def send(self, requests: Sequence[Request], times: Sequence[float], settle: float) -> Heard:
        """Send each at its time; those of the first `settle` seconds do not count. Raises BenchError for a refusal."""
        heard = Heard()
        gc.collect()
        gc.disable()
        try:
            self._send(requests, times, settle, heard)
            self._await_the_rest(heard)
        finally:
            gc.enable()
        return heard

    def _send(self, requests: Sequence[Request], times: Sequence[float], settle: float, heard: Heard) -> None:
        begun = time.perf_counter()
        leaving: Iterator[tuple[Request, float]] = zip(requests, times, strict=True)
        for request, at in leaving:
            due = begun + at
            while (left := due - time.perf_counter()) > 0:
                self._listen(left, heard)
            self._listen(0, heard)
            self._depart(request, due, at >= settle)
            if self._waiting and time.perf_counter() - self._waiting[0][1] > LATE_SECONDS:
                heard.gave_up = True
                self._waiting.clear()
                return

    def _await_the_rest(self, heard: Heard) -> None:
        end = time.perf_counter() + PATIENCE_SECONDS
        while len(self._free) < len(self._open):
            if time.perf_counter() > end:
                raise BenchError(f"Not every request was answered within {PATIENCE_SECONDS:.0f} s.")
            self._listen(0.1, heard)

    def _depart(self, request: Request, due: float, counts: bool) -> None:  # noqa: FBT001 - a fact about the request
        if not self._free:
            self._waiting.append((request, due, counts))
            return
        connection = self._free.popleft()
        connection.kind, connection.due, connection.counts = request.kind, due, counts
        connection.socket.send(request.sent)  # shorter than any socket's buffer

    def _listen(self, seconds: float, heard: Heard) -> None:
        for number, _ in self._poll.poll(seconds):
            connection = self._open[number]
            data = connection.socket.recv(CHUNK)
            if not data:
                self._hung_up(connection)
                continue
            connection.received += data
            status = answered(connection.received)
            if status is None:
                continue
            self._note(connection, status, heard)
            connection.received = b""
            self._free.append(connection)
            if self._waiting:
                self._depart(*self._waiting.popleft())

    def _connect(self) -> None:
        made = socket.create_connection((HOST, self._port))
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.setblocking(False)
        self._open[made.fileno()] = Connection(made)
        self._poll.register(made.fileno(), select.EPOLLIN)
        self._free.append(self._open[made.fileno()])

    def _hung_up(self, connection: Connection) -> None:
        """Call again where nobody had asked for anything: servers hang up on who is silent. Raises BenchError else."""
        if connection not in self._free:
            raise BenchError("A server has hung up on a request.")
        self._free.remove(connection)
        del self._open[connection.socket.fileno()]
        connection.socket.close()
        self._connect()

    def _note(self, connection: Connection, status: int, heard: Heard) -> None:
        heard.sent += 1
        if status == BUSY:
            heard.busy += 1
        elif status != EXPECTED[connection.kind]:
            said = connection.received.partition(b"\r\n\r\n")[2].decode(errors="replace")
            raise BenchError(f"{connection.kind} was answered with {status}: {said[:500]}")
        if connection.counts:
            heard.asked += 1
            heard.millis[connection.kind].append((time.perf_counter() - connection.due) * 1000)


def answered(received: bytes) -> int | None:
    """Return the status of an answer, None where it is not whole yet."""
    head, found, body = received.partition(b"\r\n\r\n")
    if not found:
        return None
    length = head.lower().partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
    return int(head[9:12]) if len(body) >= int(length or 0) else None
