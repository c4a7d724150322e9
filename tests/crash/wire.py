"""A client lean enough to keep a server busy from the same machine: one kept connection, hardly any parsing."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


class GoneError(Exception):
    """The server closed the connection, or there is none."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    head: str
    body: bytes

    @property
    def is_replay(self) -> bool:
        """Whether the server said that it had done this before."""
        return "idempotency-replayed" in self.head.lower()


class Wire:
    """One connection to a desk. Not for two requests at once."""

    def __init__(self, url: str) -> None:
        self._address = urlsplit(url)
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: dict[str, Any], headers: dict[str, str]) -> Answer:
        """Send one request and return its answer. Raises GoneError; the outcome is unknown then."""
        payload = json.dumps(body).encode()
        fields = {"Host": self._address.netloc, "Content-Type": "application/json", **headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        request = f"POST {path} HTTP/1.1\r\n{lines}Content-Length: {len(payload)}\r\n\r\n".encode() + payload
        try:
            return await self._exchange(request)
        except (OSError, asyncio.IncompleteReadError):
            self.close()
            raise GoneError from None

    def close(self) -> None:
        """Let go of the connection."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _exchange(self, request: bytes) -> Answer:
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._address.hostname, self._address.port)
        reader, writer = self._streams
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        length = next(line for line in head.splitlines() if line.lower().startswith("content-length:"))
        body = await reader.readexactly(int(length.partition(":")[2]))
        return Answer(int(head.split(" ", 2)[1]), head, body)
