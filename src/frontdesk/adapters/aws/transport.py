"""HTTP/1.1 over kept-alive sockets, for many threads at once.

Knows nothing of AWS. It tells apart what a caller must know after a failure: whether
the request can have reached the other side.
"""

import select
import socket
import ssl
import time
from collections import deque
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

import msgspec

MAX_HEAD = 64 * 1024  # bytes of status line and headers
MAX_BODY = 32 * 1024 * 1024  # bytes; twice the largest answer of DynamoDB (BatchGetItem, 16 MB)
MAX_KEPT = 32  # idle connections per endpoint
MAX_IDLE = 55.0  # seconds; the usual load balancer forgets a connection after 60
_CHUNK = 64 * 1024  # bytes asked of the socket at a time
_NO_BODY = (204, 304)
_PORTS = {"http": 80, "https": 443}


class Unreachable(Exception):
    """No usable answer came back. `sent` means that the outcome is unknown."""

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(f"{reason} ({'outcome unknown' if sent else 'nothing was sent'})")
        self.sent = sent


class Dropped(Unreachable):
    """The peer closed before the first byte of its answer: on a kept connection, send again."""


class Untrusted(Unreachable):
    """The peer showed a certificate that is not believed."""


class Answer(msgspec.Struct, frozen=True):
    """What came back. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Endpoint(msgspec.Struct, frozen=True):
    """Where a server listens."""

    host: str
    port: int
    tls: bool

    @property
    def authority(self) -> str:
        """The value of the `Host` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = _PORTS["https" if self.tls else "http"]
        return host if self.port == usual else f"{host}:{self.port}"


def parse_url(url: str) -> tuple[Endpoint, str]:
    """Return the endpoint and the rest (path and query, at least `/`). Raises ValueError."""
    scheme, _, rest = url.partition("://")
    if scheme not in _PORTS:
        raise ValueError("an endpoint starts with http:// or https://")
    authority, slash, path = rest.partition("/")
    name, colon, port = authority.rpartition(":")
    if not colon or port.endswith("]"):
        name, port = authority, str(_PORTS[scheme])
    host = name.removeprefix("[").removesuffix("]")
    if not host or not host.isascii() or "@" in host or not port.isdecimal():
        raise ValueError("an endpoint is a host in ASCII, perhaps a port, and no user name")
    return Endpoint(host, int(port), scheme == "https"), f"/{path}" if slash else "/"


def encode_message(method: str, target: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """Return the bytes of a request. Raises ValueError if a header would smuggle in a line."""
    fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    if fields.count("\n") != len(headers) or "\n" in target:
        raise ValueError("a line end in a header")
    head = f"{method} {target} HTTP/1.1\r\n{fields}content-length: {len(body)}\r\n\r\n"
    return head.encode("latin-1") + body


class Connection:
    """One socket, used by one thread at a time. After Unreachable it is only good to be closed."""

    def __init__(self, endpoint: Endpoint, tls: ssl.SSLContext | None, timeout: float) -> None:
        # A str would be looked at as an international name, and a cold start pay 3 ms for the tables.
        host: Any = endpoint.host.encode("ascii")
        try:
            self._socket = socket.create_connection((host, endpoint.port), timeout)
        except OSError as cause:
            raise Unreachable(f"cannot connect to {endpoint.authority}", sent=False) from cause
        try:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if tls is not None:
                self._socket = tls.wrap_socket(self._socket, server_hostname=host)
        except OSError as cause:
            self._socket.close()
            kind = Untrusted if isinstance(cause, ssl.SSLCertVerificationError) else Unreachable
            raise kind(f"no TLS with {endpoint.authority}", sent=False) from cause
        self._readable = select.poll()
        self._readable.register(self._socket, select.POLLIN)
        self._buffer = bytearray()
        self._heard = False  # has any byte of the present answer come?
        self._until = 0.0
        self._alive()
        self.reusable = True

    def stale(self) -> bool:
        """Say whether it must not be used again: idle too long, or the peer has said goodbye."""
        # A sandbox that was frozen, or restored from a snapshot, may have only one clock that saw it.
        idle = max(time.monotonic() - self._used, time.time() - self._used_at)
        return idle > MAX_IDLE or bool(self._readable.poll(0))

    def exchange(self, message: bytes, timeout: float) -> Answer:
        """Send the message and read the whole answer within `timeout` seconds."""
        self._until = time.monotonic() + timeout
        self._heard = False
        try:
            self._socket.settimeout(timeout)
            self._socket.sendall(message)
            answer = self._answer()
        except TimeoutError as cause:
            raise Unreachable("no answer in time", sent=True) from cause
        except OSError as cause:
            kind = Unreachable if self._heard else Dropped
            raise kind("the connection broke", sent=True) from cause
        except (ValueError, KeyError) as cause:
            raise Unreachable("the answer is not HTTP", sent=True) from cause
        self.reusable = self.reusable and not self._buffer
        self._alive()
        return answer

    def close(self) -> None:
        """Give the socket back. Closing twice is harmless."""
        self._socket.close()

    def _alive(self) -> None:
        self._used, self._used_at = time.monotonic(), time.time()

    def _answer(self) -> Answer:
        status_line, *lines = self._through(b"\r\n\r\n", MAX_HEAD).decode("latin-1").split("\r\n")
        version, status = status_line.split(" ", 2)[:2]
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        code = int(status)
        if not version.startswith("HTTP/1.") or not 200 <= code <= 599:  # noqa: PLR2004 - RFC 9110
            raise ValueError(status_line)
        goodbye = version == "HTTP/1.0" or headers.get("connection", "").lower() == "close"
        self.reusable = not goodbye
        return Answer(code, headers, self._body(code, headers))

    def _body(self, status: int, headers: Mapping[str, str]) -> bytes:
        if status in _NO_BODY:
            return b""
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return self._chunked()
        # A body that ends where the connection ends could be half of one: KeyError, not guessing.
        return self._exactly(int(headers["content-length"]), MAX_BODY)

    def _chunked(self) -> bytes:
        body = bytearray()
        while size := int(self._through(b"\r\n", MAX_HEAD).partition(b";")[0], 16):
            body += self._exactly(size, MAX_BODY - len(body))
            if self._exactly(2, 2) != b"\r\n":
                raise ValueError("chunk size")
        if self._through(b"\r\n", MAX_HEAD):
            raise ValueError("trailers")  # never asked for (no `TE` header)
        return bytes(body)

    def _exactly(self, size: int, limit: int) -> bytes:
        if not 0 <= size <= limit:
            raise ValueError("body size")
        while len(self._buffer) < size:
            self._receive()
        return self._take(size)

    def _through(self, mark: bytes, limit: int) -> bytes:
        """Return what stands before `mark` and drop both."""
        while (end := self._buffer.find(mark)) < 0:
            if len(self._buffer) > limit:
                raise ValueError("head size")
            self._receive()
        return self._take(end + len(mark))[:end]

    def _take(self, size: int) -> bytes:
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def _receive(self) -> None:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)
        data = self._socket.recv(_CHUNK)
        if not data:
            raise ConnectionAbortedError("end of stream")
        self._heard = True
        self._buffer += data


class Pool:
    """The kept-alive connections to one endpoint. Safe for many threads; none waits for another.

    `wider` gives whom to believe from then on when the peer cannot prove itself to `tls`.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        tls: ssl.SSLContext | None,
        connect_timeout: float,
        wider: Callable[[], ssl.SSLContext] | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._tls = tls
        self._wider = wider
        self._connect_timeout = connect_timeout
        self._kept: deque[Connection] = deque()
        self._lock = Lock()

    def exchange(self, message: bytes, timeout: float) -> Answer:
        """Send the message and return the answer, within `timeout` seconds. Raises Unreachable.

        Each round trip races with the server's own idle clock:

            we:      poll: still open ──► send ─────────────► read: closed
            server:              idle for too long: close ──►

        The poll finds most closed connections. When the race is lost, not one byte comes back, and
        the message goes out once more on a fresh connection. The server *may* have acted on the
        first one, so whatever is sent here must bear being done twice.
        """
        until = time.monotonic() + timeout
        kept = self._pop()
        if kept is None:
            return self._fresh(message, until)
        try:
            return self._use(kept, message, until)
        except Dropped:
            pass
        except Unreachable:
            self.close()  # what froze or cut off this one has done so to its neighbours: do not wait for each
            raise
        try:
            return self._fresh(message, until)
        except Unreachable as again:
            raise Unreachable("the connection broke twice", sent=True) from again

    def open(self) -> None:
        """Have a connection at hand before anything is to be sent. Raises Unreachable."""
        self._keep(self._opened(time.monotonic() + self._connect_timeout))

    def close(self) -> None:
        """Close what is idle; a connection in use is kept by whoever uses it."""
        while (connection := self._pop()) is not None:
            connection.close()

    def _fresh(self, message: bytes, until: float) -> Answer:
        return self._use(self._opened(until), message, until)

    def _opened(self, until: float) -> Connection:
        tls = self._tls  # another thread may widen it meanwhile
        try:
            return self._connect(tls, until)
        except Untrusted:
            if self._wider is None or tls is (wider := self._wider()):
                raise
            self._tls = wider
            return self._connect(wider, until)

    def _connect(self, tls: ssl.SSLContext | None, until: float) -> Connection:
        left = max(until - time.monotonic(), 0.001)  # zero would mean a non-blocking socket
        return Connection(self._endpoint, tls, min(self._connect_timeout, left))

    def _use(self, connection: Connection, message: bytes, until: float) -> Answer:
        try:
            answer = connection.exchange(message, max(until - time.monotonic(), 0.001))
        except BaseException:
            connection.close()
            raise
        self._keep(connection)
        return answer

    def _keep(self, connection: Connection) -> None:
        with self._lock:
            if connection.reusable and len(self._kept) < MAX_KEPT:
                self._kept.append(connection)
                return
        connection.close()

    def _pop(self) -> Connection | None:
        """Take the connection used last: it is the one most likely to be alive."""
        while True:
            with self._lock:
                if not self._kept:
                    return None
                connection = self._kept.pop()
            if not connection.stale():
                return connection
            connection.close()
