"""E-mail, against a server that speaks SMTP and refuses as servers do."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from frontdesk.adapters.channels.settings import SmtpSettings, read
from frontdesk.adapters.channels.smtp import Smtp
from frontdesk.adapters.channels.smtp_errors import PAUSE_AFTER_GREY
from frontdesk.adapters.channels.workers import Workers
from frontdesk.channels import Failure, Outcome
from tests.unit.aws.certificates import Certificates, certificates
from tests.unit.channels.mail_server import PASSWORD, USER, MailServer, mail_server
from tests.unit.channels.messages import message, run

__all__ = ["certificates"]

ANA = "ana@example.org"


def settings(port: int, **said: str) -> SmtpSettings:
    usual = {"SMTP_HOST": "localhost", "SMTP_PORT": str(port), "SMTP_SECURITY": "none"}
    found = read(usual | {"SMTP_FROM": "Clínica Ñuñoa <citas@clinic.example>"} | said).email
    assert found is not None
    return found


def channel(server: MailServer, trusting: Any = None, **said: str) -> Smtp:
    return Smtp(settings(server.port, **said), certificates=trusting, workers=Workers("t", seconds=3.0))


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as found:
        yield found


def test_a_letter_arrives_as_it_was_written(server: MailServer) -> None:
    text = "Hola Ana:\n\n.una línea con punto\nhttps://clinic.example/a/Zm9v\n"
    outcome = run(channel(server).send(message(to=ANA, subject="Su cita\nde mañana", text=text)))
    (letter,) = server.letters
    assert outcome == Outcome(provider_id=letter["Message-ID"])
    assert server.envelopes == [("citas@clinic.example", [ANA])]
    assert letter["From"] == "Clínica Ñuñoa <citas@clinic.example>"
    assert letter["Subject"] == "Su cita de mañana"
    assert letter["Content-Language"] == "es"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert abs(parsedate_to_datetime(letter["Date"]).timestamp() - time.time()) < 60
    assert letter.get_content().replace("\r\n", "\n") == text


def test_a_letter_that_is_tried_again_is_known_as_the_same(server: MailServer) -> None:
    server.refuse("DATA", "451 4.3.0 try again")
    sending = channel(server)
    assert run(sending.send(message(to=ANA))).failure is Failure.LATER
    run(sending.send(message(to=ANA)))
    run(sending.send(message(to=ANA)))
    first, second = (letter["Message-ID"] for letter in server.letters)
    assert first == second == f"<{message().id}@clinic.example>"


def test_one_click_says_no_for_whoever_wants_no_more(server: MailServer) -> None:
    link = "https://clinic.example/messages/withdraw?token=Zm9v"
    run(channel(server).send(message(to=ANA, unsubscribe=link)))
    run(channel(server).send(message(to=ANA)))
    with_link, without = server.letters
    assert with_link["List-Unsubscribe"] == f"<{link}>"
    assert with_link["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert without["List-Unsubscribe"] is None
    assert without["List-Unsubscribe-Post"] is None


@pytest.mark.parametrize(
    "to",
    [
        "",
        "ana",
        "ana@",
        "@example.org",
        "ana@example.org, otra@example.org",
        "Ana <ana@example.org>",
        "ana@example.org\nBcc: otra@example.org",
        "ana torres@example.org",
        "<ana@example.org>",
    ],
)
def test_only_one_bare_mailbox_is_an_address(server: MailServer, to: str) -> None:
    outcome = run(channel(server).send(message(to=to)))
    assert outcome == Outcome(failure=Failure.ADDRESS, code="no_mailbox")
    assert not server.letters


@pytest.mark.parametrize(
    ("command", "reply", "failure", "code"),
    [
        ("RCPT", "450 4.2.0 greylisted, come again in 300 s", Failure.LATER, "4.2.0"),
        ("RCPT", "451 busy", Failure.LATER, "451"),
        ("RCPT", "452 4.2.2 mailbox full", Failure.LATER, "4.2.2"),
        ("RCPT", "550 5.1.1 no such user: ana@example.org", Failure.ADDRESS, "5.1.1"),
        ("RCPT", "550 unknown", Failure.ADDRESS, "550"),
        ("RCPT", "550 5.2.1 mailbox disabled", Failure.ADDRESS, "5.2.1"),
        ("RCPT", "556 no mail here", Failure.ADDRESS, "556"),
        ("RCPT", "550 5.7.1 you are on a list", Failure.CHANNEL, "5.7.1"),
        ("RCPT", "552 5.2.2 mailbox full", Failure.CHANNEL, "5.2.2"),
        ("MAIL", "550 5.7.1 not your address", Failure.CONFIGURATION, "5.7.1"),
        ("MAIL", "421 4.3.2 closing", Failure.LATER, "4.3.2"),
        ("MAIL", "530 5.7.0 log in first", Failure.CONFIGURATION, "5.7.0"),
        ("DATA", "554 5.7.1 looks like spam", Failure.CHANNEL, "5.7.1"),
        ("DATA", "452 4.3.1 disk full", Failure.LATER, "4.3.1"),
    ],
)
def test_a_refusal_says_what_is_to_be_done(
    server: MailServer, command: str, reply: str, failure: Failure, code: str
) -> None:
    server.refuse(command, reply)
    outcome = run(channel(server).send(message(to=ANA)))
    grey = PAUSE_AFTER_GREY if reply.startswith(("450", "451")) else None
    assert outcome == Outcome(failure=failure, code=code, retry_after=grey)


def test_starttls_is_insisted_on_and_the_certificate_checked(
    certificates: Certificates, server: MailServer
) -> None:
    said = {"SMTP_SECURITY": "starttls", "SMTP_USER": USER, "SMTP_PASSWORD": PASSWORD}
    with mail_server(starttls=certificates.server, login=True) as secure:
        assert run(channel(secure, certificates.trusting, **said).send(message(to=ANA))).failure is None
        assert secure.was_encrypted == [True]
        outcome = run(channel(secure, **said).send(message(to=ANA)))  # trusts the machine's roots alone
        assert outcome == Outcome(failure=Failure.CONFIGURATION, code="certificate")
        wrong = said | {"SMTP_HOST": "127.0.0.1"}
        outcome = run(channel(secure, certificates.trusting, **wrong).send(message(to=ANA)))
        assert outcome == Outcome(failure=Failure.CONFIGURATION, code="certificate")
    outcome = run(channel(server, certificates.trusting, **said).send(message(to=ANA)))
    assert outcome == Outcome(failure=Failure.CONFIGURATION, code="not_supported")
    assert not server.letters


def test_tls_from_the_first_byte(certificates: Certificates) -> None:
    with mail_server(tls=certificates.server) as secure:
        sending = channel(secure, certificates.trusting, SMTP_SECURITY="tls")
        assert run(sending.send(message(to=ANA))).failure is None
        assert len(secure.letters) == 1
        outcome = run(channel(secure, SMTP_SECURITY="tls").send(message(to=ANA)))
        assert outcome == Outcome(failure=Failure.CONFIGURATION, code="certificate")


def test_a_wrong_password_has_to_be_mended() -> None:
    with mail_server(login=True) as server:
        good, bad = (
            run(channel(server, SMTP_USER=USER, SMTP_PASSWORD=password).send(message(to=ANA)))
            for password in (PASSWORD, "guessed")
        )
    assert good.failure is None
    assert bad == Outcome(failure=Failure.CONFIGURATION, code="5.7.8")


Talk = Callable[[socket.socket], None]


def say(*lines: bytes, then: float = 0.0) -> Talk:
    """Say a line for each that comes in, wait, and hang up."""

    def talk(peer: socket.socket) -> None:
        for line in lines:
            peer.sendall(line)
            peer.recv(65536)
        time.sleep(then)

    return talk


def drip(peer: socket.socket) -> None:
    """Say a byte now and then, and never a line."""
    while True:
        peer.sendall(b"2")
        time.sleep(0.02)


@contextmanager
def strange_server(talk: Talk) -> Iterator[MailServer]:
    """Listen on a free port, for whoever comes first."""
    listener = socket.create_server(("127.0.0.1", 0))

    def attend() -> None:
        with suppress(OSError):
            peer, _ = listener.accept()
            with peer:
                talk(peer)

    threading.Thread(target=attend, daemon=True).start()
    with listener:
        yield MailServer(port=listener.getsockname()[1])


EHLO = b"250-mail.test\r\n250 8BITMIME\r\n"


@pytest.mark.parametrize(
    ("talk", "code"),
    [
        (say(), "unreachable"),
        (say(b"220 mail.test\r\n"), "unreachable"),
        (say(then=2.0), "unreachable"),
        (drip, "unreachable"),
        (say(b"554 go away\r\n"), "554"),
        (say(b"220 mail.test\r\n", EHLO, b"250 OK\r\n", b"250 OK\r\n", b"354 go on\r\n"), "unanswered"),
        (say(b"220 a\r\n", EHLO, b"250 OK\r\n", b"250 OK\r\n", b"354 go on\r\n", then=2.0), "unanswered"),
    ],
)
def test_who_hangs_up_or_says_nothing_is_asked_again_later(talk: Talk, code: str) -> None:
    with strange_server(talk) as server:
        sending = Smtp(settings(server.port), workers=Workers("t", seconds=0.5))
        outcome = run(sending.send(message(to=ANA)))
    expected = Failure.CHANNEL if code == "554" else Failure.LATER
    assert (outcome.failure, outcome.code) == (expected, code)


def test_what_was_taken_is_sent_whatever_follows() -> None:
    talk = say(b"220 a\r\n", EHLO, b"250 OK\r\n", b"250 OK\r\n", b"354 go on\r\n", b"250 queued\r\n")
    with strange_server(talk) as server:
        sending = Smtp(settings(server.port), workers=Workers("t", seconds=2.0))
        assert run(sending.send(message(to=ANA))).failure is None


def test_an_address_that_the_server_cannot_write_goes_another_way(server: MailServer) -> None:
    outcome = run(channel(server).send(message(to="ñandú@example.org")))
    assert outcome == Outcome(failure=Failure.CHANNEL, code="not_supported")


def test_nobody_there() -> None:
    with mail_server() as server:
        sending = channel(server)
    assert run(sending.send(message(to=ANA))) == Outcome(failure=Failure.LATER, code="unreachable")
