"""A real server on a real socket that does exactly what a test tells it to, one move per request."""

import socket
import ssl
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Seen:
    """One request as it arrived. Header names are in lower case."""

    line: str
    headers: Mapping[str, str]
    body: bytes
    connection: int


Move = Callable[[socket.socket, Seen], bool]
"""Plays the answer to one request. True keeps the connection open for the next one."""


@dataclass
class Script:
    """What the server does next, and what it has seen so far."""

    url: str
    moves: Iterator[Move]
    then: Move
    seen: list[Seen] = field(default_factory=list)
    connections: int = 0

    def wait_for(self, connections: int) -> None:
        """Wait until so many have connected: a client may be through before its server has looked."""
        until = time.monotonic() + 10
        while self.connections < connections:
            assert time.monotonic() < until, "nobody connected"
            time.sleep(0.001)


@contextmanager
def serve(*moves: Move, then: Move | None = None, tls: ssl.SSLContext | None = None) -> Iterator[Script]:
    """Listen on a free port. The moves are played in order of arrival, afterwards `then` for ever."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    scheme = "http" if tls is None else "https"
    url = f"{scheme}://localhost:{listener.getsockname()[1]}"
    script = Script(url, iter(moves), then or reply())
    lock = threading.Lock()
    live: list[socket.socket] = []

    def attend(raw: socket.socket, number: int) -> None:
        try:
            peer = raw if tls is None else tls.wrap_socket(raw, server_side=True)
        except OSError:
            return
        live.append(peer)
        try:
            while (seen := _read(peer, number)) is not None:
                with lock:
                    script.seen.append(seen)
                    move = next(script.moves, script.then)
                if not move(peer, seen):
                    break
        except OSError:
            pass  # the client went away, or the test is over
        finally:
            peer.close()

    def accept() -> None:
        while True:
            try:
                raw, _ = listener.accept()
            except OSError:
                return
            script.connections += 1
            threading.Thread(target=attend, args=(raw, script.connections), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield script
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for peer in live:
            _hang_up(peer)


def reply(body: bytes = b"{}", status: int = 200, **headers: str) -> Move:
    """Answer properly, with the checksum that DynamoDB sends. `_` in a header's name stands for `-`."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    fields = {"content-length": str(len(body)), "x-amz-crc32": str(zlib.crc32(body)), **given}
    return _say(_head(status, fields) + body, stay=True)


def refuse(code: str, status: int = 400, **headers: str) -> Move:
    """Answer with an error as DynamoDB writes it."""
    body = f'{{"__type":"com.amazonaws.dynamodb.v20120810#{code}","message":"no"}}'.encode()
    return reply(body, status, **headers)


def reply_and_leave(body: bytes = b"{}") -> Move:
    """Answer, then close without a word, as a server does with an idle connection."""
    return _say(_head(200, {"content-length": str(len(body))}) + body, stay=False)


def reply_in_chunks(*chunks: bytes) -> Move:
    """Answer with a chunked body, in many small packets."""
    parts = [f"{len(chunk):x};note=1\r\n".encode() + chunk + b"\r\n" for chunk in chunks]

    def move(peer: socket.socket, _: Seen) -> bool:
        for part in (_head(200, {"transfer-encoding": "chunked"}), *parts, b"0\r\n\r\n"):
            peer.sendall(part[:3])
            time.sleep(0.001)
            peer.sendall(part[3:])
        return True

    return move


def say(raw: bytes) -> Move:
    """Send these very bytes, then close."""
    return _say(raw, stay=False)


def close(_: socket.socket, _seen: Seen) -> bool:
    """Close without an answer."""
    return False


def reset(peer: socket.socket, _: Seen) -> bool:
    """Break the connection with RST instead of FIN."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


def silence(peer: socket.socket, _: Seen) -> bool:
    """Never answer; wait until the client gives up."""
    return bool(peer.recv(1))


def drip(peer: socket.socket, _: Seen) -> bool:
    """Send one byte now and then: every single read succeeds and the answer never ends."""
    while True:
        peer.sendall(b"H")
        time.sleep(0.02)


def echo(peer: socket.socket, seen: Seen) -> bool:
    """Answer with the body of the request."""
    return reply(seen.body)(peer, seen)


def _head(status: int, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Whatever", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode()


def _say(raw: bytes, *, stay: bool) -> Move:
    def move(peer: socket.socket, _: Seen) -> bool:
        peer.sendall(raw)
        return stay

    return move


def _read(peer: socket.socket, connection: int) -> Seen | None:
    data = b""
    while b"\r\n\r\n" not in data:
        more = peer.recv(65536)
        if not more:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    line, *fields = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (each.partition(": ") for each in fields)}
    while len(body) < int(headers["content-length"]):
        body += peer.recv(65536)
    return Seen(line, headers, body, connection)


def _hang_up(peer: socket.socket) -> None:
    with suppress(OSError):  # it is closed already
        peer.shutdown(socket.SHUT_RDWR)
