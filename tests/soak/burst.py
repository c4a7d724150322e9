"""A client for bursts: thousands of connections that all begin at one moment, and next to no work for each answer.

Requests are made beforehand and answers are only looked at where their bytes are known to be: so the client is a small
part of what a request costs, and not what is measured.
"""

import asyncio
import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlsplit

_STATUS = slice(9, 12)  # of "HTTP/1.1 201 Created"
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
_RETRY_AFTER = re.compile(rb"\r\nretry-after: \d+\r\n", re.IGNORECASE)
_ORDER_ID = re.compile(rb'"order_id":"(ord_\w{26})"')


@dataclass
class Answers:
    """What a burst was answered."""

    seconds: dict[int, list[float]] = field(default_factory=dict)  # how long each answer took, by status
    accepted: list[str] = field(default_factory=list)  # order ids
    without_advice: int = 0  # 503 that did not say when to come again
    broken: int = 0  # connections that ended before their last answer
    took: float = 0.0  # the whole burst

    def count(self, status: int) -> int:
        """Return how often a status came."""
        return len(self.seconds.get(status, ()))

    def percentile(self, share: float, *statuses: int) -> float:
        """Return the seconds in which this share of answers came: of these statuses, or of all."""
        chosen = statuses or tuple(self.seconds)
        found = sorted(second for status in chosen for second in self.seconds.get(status, ()))
        return found[min(len(found) - 1, int(len(found) * share))] if found else 0.0


def request(url: str, path: str, body: dict[str, Any], headers: dict[str, str]) -> bytes:
    """Return a POST as it goes over the wire."""
    payload = json.dumps(body).encode()
    fields = {"Host": urlsplit(url).netloc, "Content-Type": "application/json", **headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"POST {path} HTTP/1.1\r\n{lines}Content-Length: {len(payload)}\r\n\r\n".encode() + payload


async def burst(url: str, requests: Sequence[Sequence[bytes]]) -> Answers:
    """Open a connection for each list of requests; then let all begin at once, each sending one after the other."""
    address = urlsplit(url)
    answers = Answers()
    connections = [_Connection(some, answers) for some in requests]
    for connection in connections:
        await asyncio.get_running_loop().create_connection(
            partial(_itself, connection), address.hostname or "", address.port or 80
        )
    begin = time.perf_counter()
    for connection in connections:
        connection.send()
    await asyncio.gather(*(connection.done for connection in connections))
    answers.took = time.perf_counter() - begin
    return answers


def _itself(connection: "_Connection") -> "_Connection":
    return connection


class _Connection(asyncio.Protocol):
    """One customer: sends the next request when the last one is answered."""

    def __init__(self, requests: Sequence[bytes], answers: Answers) -> None:
        self.done = asyncio.get_running_loop().create_future()
        self._left = iter(requests)
        self._answers = answers
        self._received = b""
        self._sent = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, _: Exception | None) -> None:
        """See asyncio.Protocol."""
        if not self.done.done():
            self._answers.broken += 1
            self.done.set_result(None)

    def send(self) -> None:
        """Send what is next, or hang up."""
        assert self._transport is not None
        following = next(self._left, None)
        if following is None:
            self.done.set_result(None)
            self._transport.close()
            return
        self._sent = time.perf_counter()
        self._transport.write(following)

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        self._received += data
        head, separator, body = self._received.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not separator or length is None or len(body) < int(length[1]):
            return
        self._received = b""
        status = int(head[_STATUS])
        self._answers.seconds.setdefault(status, []).append(time.perf_counter() - self._sent)
        if status == 201:
            found = _ORDER_ID.search(body)
            assert found is not None
            self._answers.accepted.append(found[1].decode())
        elif status == 503 and not _RETRY_AFTER.search(head + separator):
            self._answers.without_advice += 1
        self.send()
