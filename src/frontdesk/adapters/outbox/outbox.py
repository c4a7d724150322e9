"""Each message is a file (RFC 5322, `.eml`) in a folder that only its owner can read: any mail program opens it."""

import asyncio
import os
from email.message import EmailMessage
from pathlib import Path

from frontdesk.kernel.errors import Unavailable


class Outbox:
    """A folder of messages. One with the same id takes the place of the earlier one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, id: str, to: str, subject: str, text: str) -> None:
        """Put a message into the folder, whole or not at all. Raises Unavailable when the disk is full."""
        message = EmailMessage()
        message["To"] = to
        message["Subject"] = subject
        message["Message-ID"] = f"<{id}@frontdesk>"
        message.set_content(text)
        try:
            await asyncio.to_thread(self._write, f"{id}.eml", message.as_bytes())
        except OSError:
            raise Unavailable("The message cannot be written.") from None

    def _write(self, name: str, content: bytes) -> None:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        fresh = self._folder / f".{name}"
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._folder / name)
