"""What is "sent" where no channel is set up: a file for each message, in a folder that only its owner can read.

So a desk can be tried without an account anywhere. Each file is an e-mail (RFC 5322), which any mail program opens; a
line of the log says that it is there, and not what is in it.
"""

import asyncio
import logging
import os
from email.message import EmailMessage
from email.policy import SMTPUTF8
from pathlib import Path

from frontdesk.channels import Failure, Outcome, Outgoing
from frontdesk.kernel.errors import Unavailable

_log = logging.getLogger(__name__)


class FileOutbox:
    """The messages of one channel, in files. One with the same id takes the place of the earlier one."""

    def __init__(self, folder: Path, channel: str) -> None:
        self._folder = folder
        self._channel = channel

    async def send(self, message: Outgoing) -> Outcome:
        """Put a message into the folder, whole or not at all."""
        name = self._name(message.id)
        try:
            await asyncio.to_thread(self._write, name, as_mail(message, self._channel))
        except OSError:
            return Outcome(failure=Failure.LATER, code="cannot_be_written")
        _log.info("A message for %s is in the outbox: %s", self._channel, name)
        return Outcome(provider_id=f"outbox:{self._channel}:{message.id}")

    async def forget(self, message_id: str) -> None:
        """Throw a message away. Raises Unavailable."""
        try:
            await asyncio.to_thread((self._folder / self._name(message_id)).unlink, missing_ok=True)
        except OSError:
            raise Unavailable from None

    def _name(self, message_id: str) -> str:
        return f"{message_id}.{self._channel}.eml"

    def _write(self, name: str, content: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = self._folder / f".{name}"
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._folder / name)


class LoggedOutbox:
    """The same where there are no files: what was sent stands in the service's own records, here is only a line."""

    def __init__(self, channel: str) -> None:
        self._channel = channel

    async def send(self, message: Outgoing) -> Outcome:
        """Say that there is a message, and not what is in it."""
        _log.info("A message for %s is in the outbox: %s", self._channel, message.id)
        return Outcome(provider_id=f"outbox:{self._channel}:{message.id}")

    async def forget(self, message_id: str) -> None:
        """Do nothing: nothing was kept here."""


def as_mail(message: Outgoing, channel: str) -> bytes:
    """Return a message as an e-mail; how it can be answered stands below its text."""
    mail = EmailMessage(SMTPUTF8)
    mail["To"] = _one_line(message.to)
    mail["Subject"] = _one_line(message.subject)
    mail["Message-ID"] = f"<{message.id}@frontdesk>"
    mail["X-Channel"] = channel
    if message.template:
        mail["X-Template"] = f"{message.template} ({message.language})"
    buttons = [f"[ {answer.title} ]  {answer.payload}" for answer in message.answers]
    mail.set_content("\n".join([message.text, "", *buttons]) if buttons else message.text)
    return mail.as_bytes()


def _one_line(text: str) -> str:
    return " ".join(text.split())
