"""The sender against receivers as they are: slow, broken, rude, and pointing where they should not."""

import asyncio
import socket
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from frontdesk.adapters.http_sender.sender import IN_ONE_LANE, HttpSender, Reply
from frontdesk.kernel.errors import Conflict
from tests.unit.aws.certificates import Certificates

LOOPBACK = ("127.0.0.0/8",)
Speak = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def saying(answer: bytes) -> Speak:
    """Return a receiver that reads a request's head and answers."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()

    return speak


@asynccontextmanager
async def receiver(speak: Speak, certificate: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Open a receiver and give its port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await speak(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=certificate)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def sent(sender: HttpSender, port: int, host: str = "127.0.0.1", scheme: str = "http") -> Reply:
    """Send something to a receiver."""
    return await sender.post(f"{scheme}://{host}:{port}/hook?a=1", {"webhook-id": "m"}, b"{}", lane="l")


def outcome(speak: Speak, *, seconds: float = 5.0) -> Reply:
    """Return what comes of a request to a receiver."""

    async def scenario() -> Reply:
        async with receiver(speak) as port:
            return await sent(HttpSender(LOOPBACK, seconds=seconds), port)

    return asyncio.run(scenario())


def test_a_request_carries_what_was_given_and_nothing_of_the_desk() -> None:
    heads: list[bytes] = []

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n") + await reader.readexactly(2))
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")

    assert outcome(speak).status == 204
    line, *fields = heads[0].decode().split("\r\n")
    assert line == "POST /hook?a=1 HTTP/1.1"
    assert fields[-1] == "{}"
    names = {field.partition(":")[0].lower() for field in fields if ":" in field}
    assert names == {"host", "content-length", "connection", "webhook-id"}


@pytest.mark.parametrize("status", [200, 301, 302, 307, 404, 410, 429, 500, 503])
def test_the_status_is_the_outcome_and_no_redirect_is_followed(status: int) -> None:
    reply = outcome(saying(b"HTTP/1.1 %d X\r\nLocation: http://127.0.0.1:1/\r\n\r\n" % status))
    assert (reply.status, reply.failure) == (status, "")


def test_interim_answers_are_passed_over() -> None:
    interim = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    assert outcome(saying(interim + b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n")).status == 202


def test_an_answer_in_pieces_is_put_together_and_the_receiver_can_finish_its_sentence() -> None:
    said: list[bytes] = []

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for piece in (b"HTTP/1.1 200 O", b"K\r\ncontent-le", b"ngth: 4\r\n\r", b"\n", b"do", b"ne"):
            await asyncio.sleep(0.01)
            writer.write(piece)
            await writer.drain()
            said.append(piece)

    reply = outcome(speak)
    assert (reply.status, len(said)) == (200, 6)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (b"Retry-After: 120", 120),
        (b"retry-after: 99999999999999", 999_999_999),
        (b"Retry-After: Fri, 31 Dec 1999 23:59:59 GMT", 0),
        (b"Retry-After: soon", None),
        (b"X: y", None),
    ],
)
def test_how_long_a_receiver_wants_to_be_left_alone_is_read(header: bytes, seconds: int | None) -> None:
    assert outcome(saying(b"HTTP/1.1 429 X\r\n" + header + b"\r\n\r\n")).retry_after == seconds


def test_a_date_to_come_again_is_counted_from_now() -> None:
    date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 600))
    waits = outcome(saying(f"HTTP/1.1 503 X\r\nRetry-After: {date}\r\n\r\n".encode())).retry_after
    assert waits is not None
    assert 590 <= waits <= 600


def test_an_endless_body_is_not_read() -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await saying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")(reader, writer)
        while True:
            writer.write(b"1000\r\n" + bytes(4096) + b"\r\n")
            await writer.drain()

    reply = outcome(speak)
    assert reply.status == 200
    assert reply.seconds < 2


async def _silence(*_: object) -> None:
    await asyncio.sleep(3)


async def _dripping(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for byte in b"HTTP/1.1 200 OK\r\n" * 100:
        writer.write(bytes([byte]))
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("speak", [_silence, _dripping])
def test_waiting_is_bounded_however_slowly_somebody_answers(speak: Speak) -> None:
    reply = outcome(speak, seconds=0.3)
    assert (reply.status, reply.failure) == (0, "timeout")
    assert 0.2 < reply.seconds < 2


@pytest.mark.parametrize(
    "answer", [b"", b"\x00\x01\x02", b"HTTP/1.1 two hundred\r\n\r\n", b"SSH-2.0-x\r\n\r\n"]
)
def test_what_is_no_answer_is_a_broken_connection(answer: bytes) -> None:
    reply = outcome(saying(answer))
    assert (reply.status, reply.failure) == (0, "connection")


def test_a_head_without_end_is_cut_off() -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await saying(b"HTTP/1.1 200 OK\r\n")(reader, writer)
        while True:
            writer.write(b"X-More: " + b"x" * 4096 + b"\r\n")
            await writer.drain()

    reply = outcome(speak)
    assert (reply.status, reply.failure) == (0, "connection")


def test_a_port_where_nobody_listens_is_a_broken_connection() -> None:
    async def scenario() -> Reply:
        async with receiver(_silence) as port:
            pass
        return await sent(HttpSender(LOOPBACK), port)

    assert asyncio.run(scenario()).failure == "connection"


def places(*addresses: str) -> Callable[..., list[Any]]:
    """Return a look-up by which every name has these addresses."""

    def look_up(_host: str, port: int, **_: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    return look_up


async def reached(sender: HttpSender, host: str) -> tuple[str, int]:
    """Send to a name over TLS; return the class of the failure, and how often somebody was called."""
    calls: list[bytes] = []

    async def speak(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        calls.append(await reader.read(1))

    async with receiver(speak) as port:
        reply = await sent(sender, port, host, "https")
    return reply.failure, len(calls)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"])
def test_nothing_inside_is_reached_however_it_is_spelled(host: str) -> None:
    assert asyncio.run(reached(HttpSender(), host)) == ("forbidden_address", 0)


def test_a_name_is_looked_up_once_and_connected_to_as_it_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [places("127.0.0.1"), places("10.0.0.1")]

    def look_up(host: str, port: int, **named: object) -> list[Any]:
        return answers.pop(0)(host, port, **named)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    failure, calls = asyncio.run(reached(HttpSender(LOOPBACK), "rebinding.example"))
    assert (failure, calls, len(answers)) == ("connection", 1, 1)


def test_a_name_with_one_forbidden_address_among_good_ones_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", places("127.0.0.1", "10.0.0.1"))
    assert asyncio.run(reached(HttpSender(LOOPBACK), "mixed.example")) == ("forbidden_address", 0)


def test_the_next_address_of_a_name_is_tried_when_the_first_does_not_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", places("127.0.0.9", "127.0.0.1"))
    assert asyncio.run(reached(HttpSender(LOOPBACK), "two.example"))[1] == 1


@pytest.mark.parametrize("host", ["nobody.invalid", f"{'x' * 64}.example"])
def test_a_name_that_nobody_knows_is_a_failure_of_its_own(host: str) -> None:
    assert asyncio.run(sent(HttpSender(LOOPBACK), 80, host, "https")).failure == "unknown_name"


def test_certificates_are_verified(certificates: Certificates) -> None:
    async def scenario(trusted: ssl.SSLContext | None, host: str) -> Reply:
        async with receiver(saying(b"HTTP/1.1 200 OK\r\n\r\n"), certificates.server) as port:
            return await sent(HttpSender(LOOPBACK, certificates=trusted), port, host, "https")

    assert asyncio.run(scenario(certificates.trusting, "localhost")).status == 200
    assert asyncio.run(scenario(None, "localhost")).failure == "certificate"
    assert asyncio.run(scenario(certificates.trusting, "127.0.0.1")).failure == "certificate"


def test_one_slow_receiver_has_only_its_share() -> None:
    async def scenario() -> None:
        gate = asyncio.Event()

        async def waits(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await gate.wait()
            await saying(b"HTTP/1.1 200 OK\r\n\r\n")(reader, writer)

        sender = HttpSender(LOOPBACK)
        async with receiver(waits) as port:
            url = f"http://127.0.0.1:{port}/"
            full = [asyncio.create_task(sender.post(url, {}, b"", lane="slow")) for _ in range(IN_ONE_LANE)]
            await asyncio.sleep(0.05)
            with pytest.raises(Conflict):
                await sender.post(url, {}, b"", lane="slow")
            other = asyncio.create_task(sender.post(url, {}, b"", lane="other"))
            await asyncio.sleep(0.05)
            gate.set()
            assert [reply.status for reply in await asyncio.gather(*full, other)] == [200] * (IN_ONE_LANE + 1)
            assert (await sender.post(url, {}, b"", lane="slow")).status == 200

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("https://partner.example/hook?key=1", ""),
        ("https://partner.example:8443/", ""),
        ("https://8.8.8.8/", ""),
        ("http://partner.example/", "https_only"),
        ("http://127.0.0.1:80/", ""),
        ("http://localhost:9000/", ""),
        ("https://10.0.0.1/", "forbidden_address"),
        ("http://10.0.0.1/", "forbidden_address"),
        ("https://[::1]/", "forbidden_address"),
        ("https://[::ffff:10.0.0.1]/", "forbidden_address"),
        ("http://8.8.8.8/", "https_only"),
        ("https://user:word@partner.example/", "wrong_format"),
        ("https://partner.example:port/", "wrong_format"),
        ("https://partner.example:99999/", "wrong_format"),
        ("https:///hook", "wrong_format"),
        ("https://[::1/", "wrong_format"),
        ("ftp://partner.example/", "wrong_format"),
        ("https://partner.example/\r\nx: y", "wrong_format"),
        ("https://partner.example/a b", "wrong_format"),
        ("https://partner.example\\@10.0.0.1/", "wrong_format"),
    ],
)
def test_what_can_never_work_is_said_when_it_is_set_up(url: str, fault: str) -> None:
    assert HttpSender(LOOPBACK).fault(url) == fault


def test_without_an_operators_word_nothing_local_is_accepted() -> None:
    assert HttpSender().fault("http://localhost/") == "forbidden_address"
    assert HttpSender().fault("https://127.0.0.1/") == "forbidden_address"
