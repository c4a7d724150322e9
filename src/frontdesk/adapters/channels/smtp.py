"""E-mail, by the server that the operator names: one connection for each letter.

The standard library's smtplib, in a thread. A library for asyncio would save the thread, which costs a clinic nothing,
and would have to go into the zip of every function. A letter that is tried again has the same Message-ID, by which
many mailboxes tell a repeat.
"""

import smtplib
import ssl
from contextlib import suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import parseaddr

from frontdesk.adapters.channels.letter import letter
from frontdesk.adapters.channels.settings import SmtpSettings
from frontdesk.adapters.channels.smtp_errors import outcome
from frontdesk.adapters.channels.workers import STEP_SECONDS, Line, Workers
from frontdesk.channels import Failure, Outcome, Outgoing

_READY = 220  # RFC 5321, 4.3.2


class Smtp:
    """Sends letters from one address of the desk."""

    def __init__(
        self,
        settings: SmtpSettings,
        *,
        workers: Workers | None = None,
        certificates: ssl.SSLContext | None = None,
    ) -> None:
        self._settings = settings
        self._domain = parseaddr(settings.sender)[1].rpartition("@")[2]
        self._workers = workers or Workers("mail")
        self._certificates = certificates

    async def send(self, message: Outgoing) -> Outcome:
        """Send a message. Raises Conflict while too many are on their way."""
        made = letter(message, self._settings.sender, datetime.now(UTC))
        if made is None:
            return Outcome(failure=Failure.ADDRESS, code="no_mailbox")
        line = Line()
        try:
            await self._workers.run(lambda line: self._deliver(made, line), line)
        except (OSError, smtplib.SMTPException) as failure:
            return outcome(failure, has_sent=line.has_sent)
        return Outcome(provider_id=made["Message-ID"])

    def _deliver(self, made: EmailMessage, line: Line) -> None:
        server = self._server()
        line.goes_over(server)
        try:
            self._enter(server)
            line.has_sent = True
            server.send_message(made)
            with suppress(
                OSError, smtplib.SMTPException
            ):  # it is theirs now, whatever they say to our goodbye
                server.putcmd("quit")
        finally:
            server.close()

    def _server(self) -> smtplib.SMTP:
        """Return a server without connecting to it: first it has to be known what can be cut."""
        if self._settings.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                local_hostname=self._domain, timeout=STEP_SECONDS, context=self._trusted()
            )
        else:
            server = smtplib.SMTP(local_hostname=self._domain, timeout=STEP_SECONDS)
        server._host = self._settings.host  # type: ignore[attr-defined]  # noqa: SLF001 - whose certificate it must be
        return server

    def _enter(self, server: smtplib.SMTP) -> None:
        code, text = server.connect(self._settings.host, self._settings.port)
        if code != _READY:
            raise smtplib.SMTPConnectError(code, text)
        if self._settings.security == "starttls":
            server.starttls(context=self._trusted())
        if self._settings.user:
            server.login(self._settings.user, self._settings.password.value)
        server.ehlo_or_helo_if_needed()

    def _trusted(self) -> ssl.SSLContext:
        if self._certificates is None:
            self._certificates = ssl.create_default_context()  # reads files: here, in a thread
        return self._certificates
