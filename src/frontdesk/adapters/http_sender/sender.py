"""The sender: one POST to an address that a stranger has chosen, and what came of it.

Follows no redirect, keeps no connection and no word of the answer, waits a bounded time, verifies certificates. Never
logs or raises what was sent or where to.
"""

import asyncio
import ssl
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from frontdesk.adapters.http_sender.addresses import Reachable, plain
from frontdesk.adapters.http_sender.answer import Answer, BrokenAnswerError
from frontdesk.adapters.http_sender.network import (
    CheckedNetwork,
    ForbiddenAddressError,
    UnknownNameError,
)
from frontdesk.kernel.errors import Conflict

TOTAL_SECONDS = 20.0  # from looking the name up to the head of the answer
IN_ONE_LANE = 4  # requests at once; what comes on top has to come again
PORTS = {"https": 443, "http": 80}
LOCAL_NAMES = {"localhost": "127.0.0.1"}


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of a request: a status, or 0 and the class of the failure. `retry_after` is in seconds."""

    status: int
    seconds: float
    failure: str = ""
    retry_after: int | None = None


class HttpSender:
    """Sends to public addresses, and to those in `networks`. One serves the whole process."""

    def __init__(
        self,
        networks: Sequence[str] = (),
        *,
        certificates: ssl.SSLContext | None = None,
        seconds: float = TOTAL_SECONDS,
    ) -> None:
        """Raise ValueError for a text that is no network."""
        self._reachable = Reachable(networks)
        self._network = CheckedNetwork(self._reachable)
        self._certificates = certificates
        self._seconds = seconds
        self._lanes: Counter[str] = Counter()

    def fault(self, url: str) -> str:
        """Say why nothing can ever be sent there: "wrong_format", "https_only", "forbidden_address", or ""."""
        parts = _parts(url)
        if parts is None or parts.hostname is None:
            return "wrong_format"
        address = plain(LOCAL_NAMES.get(parts.hostname, parts.hostname))
        if address is not None and not self._reachable.allows(str(address)):
            return "forbidden_address"
        if parts.scheme == "http" and (address is None or not self._reachable.names(address)):
            return "https_only"
        return ""

    async def post(self, url: str, headers: Mapping[str, str], body: bytes, *, lane: str) -> Reply:
        """Send a body. Raises Conflict when the lane is full: come again a little later."""
        if self._lanes[lane] >= IN_ONE_LANE:
            raise Conflict("Enough is on its way there already.")
        fault = self.fault(url)  # again: the operator may have closed a network since it was set up
        if fault:
            return Reply(0, 0.0, failure=fault)
        self._lanes[lane] += 1
        try:
            return await self._timed(urlsplit(url), headers, body)
        finally:
            self._lanes[lane] -= 1
            if not self._lanes[lane]:
                del self._lanes[lane]

    async def _timed(self, url: SplitResult, headers: Mapping[str, str], body: bytes) -> Reply:
        began = time.monotonic()
        try:
            answer = await self._exchange(url, _request(url, headers, body))
        except (ForbiddenAddressError, UnknownNameError, BrokenAnswerError, OSError) as error:
            return Reply(0, time.monotonic() - began, failure=_class_of(error))
        return Reply(answer.status, time.monotonic() - began, retry_after=answer.retry_after)

    async def _exchange(self, url: SplitResult, request: bytes) -> Answer:
        certificates = await self._trusted() if url.scheme == "https" else None
        writer = None
        answer = Answer()
        try:
            async with asyncio.timeout(self._seconds):
                port = url.port or PORTS[url.scheme]
                reader, writer = await self._network.connect(url.hostname or "", port, certificates)
                writer.write(request)
                await answer.read_head(reader)
            await answer.read_rest(reader)
        finally:
            if writer is not None:
                writer.close()
        return answer

    async def _trusted(self) -> ssl.SSLContext:
        """Return the machine's certificates, read when they are first needed: it takes tens of milliseconds."""
        if self._certificates is None:
            self._certificates = await asyncio.to_thread(ssl.create_default_context)
        return self._certificates


def _parts(url: str) -> SplitResult | None:
    """Take a URL apart, None when it is none, or has a user in it."""
    try:
        parts = urlsplit(url)
        sound = parts.port != 0 and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return None
    plain_text = url.isascii() and url.isprintable() and " " not in url  # nothing that could end a line
    return parts if sound and plain_text and parts.scheme in PORTS else None


def _request(url: SplitResult, headers: Mapping[str, str], body: bytes) -> bytes:
    target = (url.path or "/") + (f"?{url.query}" if url.query else "")
    fields = {"host": url.netloc, "connection": "close", "content-length": str(len(body)), **headers}
    lines = [f"POST {target} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
    return "\r\n".join(lines).encode("ascii") + body


def _class_of(error: Exception) -> str:
    match error:
        case ForbiddenAddressError():
            return "forbidden_address"
        case UnknownNameError():
            return "unknown_name"
        case TimeoutError():
            return "timeout"
        case ssl.SSLError():
            return "certificate"
        case _:
            return "connection"
