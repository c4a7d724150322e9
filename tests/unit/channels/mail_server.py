"""A mail server on this machine that takes letters, or refuses them as it is told to."""

import asyncio
import ssl
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

USER, PASSWORD = "citas", "correct horse"


@dataclass
class MailServer:
    """What it took, and what it says next: replies by command ("MAIL", "RCPT", "DATA"), each once and in order."""

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    replies: dict[str, list[str]] = field(default_factory=dict)
    was_encrypted: list[bool] = field(default_factory=list)

    def settings(self) -> dict[str, str]:
        """Return what a desk has to be told, without the prefix FRONTDESK_."""
        return {
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(self.port),
            "SMTP_SECURITY": "none",
            "SMTP_FROM": "Clínica Sur <citas@clinic.example>",
        }

    def refuse(self, command: str, *replies: str) -> None:
        """Answer the next such commands so."""
        self.replies.setdefault(command, []).extend(replies)

    def _next(self, command: str) -> str | None:
        waiting = self.replies.get(command)
        return waiting.pop(0) if waiting else None

    async def handle_MAIL(  # noqa: N802 - as aiosmtpd calls it
        self, _: Any, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Hear who sends."""
        refusal = self._next("MAIL")
        if refusal is None:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return refusal or "250 OK"

    async def handle_RCPT(  # noqa: N802 - as aiosmtpd calls it
        self, _: Any, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Hear to whom."""
        refusal = self._next("RCPT")
        if refusal is None:
            envelope.rcpt_tos.append(address)
        return refusal or "250 OK"

    async def handle_DATA(self, _: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - as above
        """Take the letter."""
        refusal = self._next("DATA")
        if refusal is None:
            self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
            self.envelopes.append((envelope.mail_from, list(envelope.rcpt_tos)))
            self.was_encrypted.append(session.ssl is not None)
        return refusal or "250 2.0.0 queued"


def _login(*asked: Any) -> AuthResult:
    """Say whether this is the user."""
    found = asked[-1]
    assert isinstance(found, LoginPassword)
    good = (found.login, found.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=good, handled=False)


@contextmanager
def mail_server(
    *, starttls: ssl.SSLContext | None = None, tls: ssl.SSLContext | None = None, login: bool = False
) -> Iterator[MailServer]:
    """Listen on a free port of this machine."""
    server = MailServer()
    loop = asyncio.new_event_loop()

    def protocol() -> SMTP:
        return SMTP(
            server,
            hostname="mail.test",
            tls_context=starttls,
            require_starttls=starttls is not None,
            authenticator=_login if login else None,
            auth_required=login,
            auth_require_tls=starttls is not None,
            loop=loop,
        )

    listening = loop.run_until_complete(loop.create_server(protocol, "127.0.0.1", 0, ssl=tls))
    server.port = listening.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that a login may be in clear, which is what is tried
        thread.start()
        try:
            yield server
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            listening.close()  # not while its loop runs: what hangs up just then would close it a second time
            loop.run_until_complete(_hang_up())
            loop.close()


async def _hang_up() -> None:
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
