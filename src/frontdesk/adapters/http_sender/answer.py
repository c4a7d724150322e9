"""The answer to a request, as far as it matters: its status, and how long the receiver wants to be left alone."""

import asyncio
import time
from contextlib import suppress
from email.utils import parsedate_to_datetime

import httptools

HEAD_BYTES = 64 * 1024  # of the head, everything before it included
REST_BYTES = 64 * 1024  # of the body, read only so that the receiver can finish its sentence
REST_SECONDS = 1.0
_CHUNK = 16 * 1024
_FIRST_FINAL = 200  # what is below is an interim answer (RFC 9110, 15.2)


class BrokenAnswerError(Exception):
    """What came is no HTTP, too much, or not all."""


class Answer:
    """Takes in bytes. `status` is 0 until the head of the final answer is complete."""

    def __init__(self) -> None:
        self.status = 0
        self.is_complete = False
        self._retry_after = ""
        self._parser = httptools.HttpResponseParser(self)

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

    def on_header(self, name: bytes, value: bytes) -> None:
        """See httptools."""
        if name.lower() == b"retry-after":
            self._retry_after = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        """See httptools."""
        status = self._parser.get_status_code()
        if status >= _FIRST_FINAL:
            self.status = status

    def on_message_complete(self) -> None:
        """See httptools."""
        self.is_complete = self.status > 0

    def _feed(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            raise BrokenAnswerError from error
