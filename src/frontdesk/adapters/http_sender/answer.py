"""The answer to a request, as far as it matters: its status, and how long the receiver wants to be left alone.

That little is read here by ourselves: a parser in C is a third of what a Lambda function may weigh.
"""

import asyncio
import re
import time
from contextlib import suppress
from email.utils import parsedate_to_datetime

HEAD_BYTES = 64 * 1024  # of the head, everything before it included
REST_BYTES = 64 * 1024  # of the body, read only so that the receiver can finish its sentence
REST_SECONDS = 1.0
_CHUNK = 16 * 1024
_FIRST_FINAL = 200  # what is below is an interim answer (RFC 9110, 15.2)
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-9]\d\d)(?: [^\r\n]*)?\r?")
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")


class BrokenAnswerError(Exception):
    """What came is no HTTP, too much, or not all."""


class Answer:
    """Takes in bytes. `status` is 0 until the head of the final answer is complete."""

    def __init__(self) -> None:
        self.status = 0
        self.is_complete = False
        self._retry_after = ""
        self._head = b""
        self._rest: int | None = (
            None  # bytes of the body that are still to come; None: until the receiver ends it
        )

    async def read_head(self, reader: asyncio.StreamReader) -> None:
        """Return when the status is known. Raises BrokenAnswerError, OSError."""
        left = HEAD_BYTES
        while not self.status:
            data = await reader.read(_CHUNK)
            left -= len(data)
            if not data or left < 0:
                raise BrokenAnswerError
            self._feed(data)

    async def read_rest(self, reader: asyncio.StreamReader) -> None:
        """Let the receiver finish, for a while. However that ends, it has answered."""
        left = REST_BYTES
        with suppress(OSError, BrokenAnswerError):
            async with asyncio.timeout(REST_SECONDS):
                while not self.is_complete and left > 0:
                    data = await reader.read(_CHUNK)
                    left -= len(data) or left
                    self._feed(data)

    @property
    def retry_after(self) -> int | None:
        """The seconds that the receiver asks for; it may have sent a number or a date (RFC 9110, 10.2.3)."""
        wanted = self._retry_after
        if wanted.isascii() and wanted.isdigit():
            return int(wanted[:9])
        try:
            return max(0, int(parsedate_to_datetime(wanted).timestamp() - time.time()))
        except (ValueError, OverflowError):
            return None

    def _feed(self, data: bytes) -> None:
        if not self.status:
            self._head += data
            data = self._behind_the_heads()
        if self.status and self._rest is not None:
            self._rest -= len(data)
            self.is_complete = self._rest <= 0

    def _behind_the_heads(self) -> bytes:
        """Take in heads until the final one; return what came behind it."""
        while end := _END_OF_HEAD.search(self._head):
            head, self._head = self._head[: end.start()], self._head[end.end() :]
            self._take(head)
            if self.status:
                return self._head
        return b""

    def _take(self, head: bytes) -> None:
        line, _, fields = head.partition(b"\n")
        found = _STATUS_LINE.fullmatch(line)
        if found is None:
            raise BrokenAnswerError
        status = int(found[1])
        if status < _FIRST_FINAL:
            return
        self.status = status
        named = dict(_field(field) for field in fields.split(b"\n") if field.strip())
        self._retry_after = named.get("retry-after", "")
        length = named.get("content-length", "")
        self._rest = int(length[:18]) if length.isascii() and length.isdigit() else None


def _field(line: bytes) -> tuple[str, str]:
    name, colon, value = line.partition(b":")
    if not colon:
        raise BrokenAnswerError
    return name.decode("latin-1").strip().lower(), value.decode("latin-1").strip()
