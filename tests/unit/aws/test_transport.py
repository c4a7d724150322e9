"""Connections against a real server that breaks them in every way we know."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import pytest

from frontdesk.adapters.aws import transport
from frontdesk.adapters.aws.transport import (
    Answer,
    Connection,
    Endpoint,
    Pool,
    Unreachable,
    encode_message,
    parse_url,
)
from tests.unit.aws.certificates import Certificates
from tests.unit.aws.scripted_server import (
    Move,
    Script,
    Seen,
    close,
    drip,
    reply,
    reply_and_leave,
    reply_in_chunks,
    reset,
    say,
    serve,
    silence,
)

QUICK = 0.15  # seconds, for the tests that wait for a time-out
MESSAGE = encode_message("POST", "/", {"host": "localhost"}, b"hello")


@contextmanager
def pool_to(server: Script, tls: ssl.SSLContext | None = None) -> Iterator[Pool]:
    with closing(Pool(parse_url(server.url)[0], tls=tls, connect_timeout=2.0)) as pool:
        yield pool


@contextmanager
def connection_to(server: Script) -> Iterator[Connection]:
    with closing(Connection(parse_url(server.url)[0], None, 2.0)) as connection:
        yield connection


def ask(pool: Pool, timeout: float = 5.0) -> Answer:
    return pool.exchange(MESSAGE, timeout)


def ask_once(server: Script, timeout: float = 5.0) -> Answer:
    with pool_to(server) as pool:
        return ask(pool, timeout)


def wait_until_stale(connection: Connection) -> None:
    for _ in range(400):
        if connection.stale():
            return
        time.sleep(0.005)
    raise AssertionError("the goodbye never arrived")


def test_an_answer_has_status_headers_and_body() -> None:
    with serve(reply(b'{"a":1}', 201, X_Note=" spaced ")) as server:
        answer = ask_once(server)

    assert answer.status == 201
    assert answer.headers["x-note"] == "spaced"
    assert answer.body == b'{"a":1}'
    assert server.seen[0].line == "POST / HTTP/1.1"
    assert server.seen[0].body == b"hello"


def test_calls_one_after_the_other_share_a_connection() -> None:
    with serve() as server, pool_to(server) as pool:
        for _ in range(5):
            ask(pool)

    assert server.connections == 1


def test_a_connection_that_was_opened_beforehand_is_used() -> None:
    with serve() as server, pool_to(server) as pool:
        pool.open()
        server.wait_for(connections=1)
        ask(pool)

    assert (server.connections, len(server.seen)) == (1, 1)


def test_a_connection_that_was_opened_and_closed_again_is_replaced() -> None:
    with serve(then=reply()) as server, pool_to(server) as pool:
        pool.open()
        pool.close()
        assert ask(pool).status == 200

    assert len(server.seen) == 1


def test_a_connection_that_the_server_closed_while_idle_is_not_used_again() -> None:
    with serve(reply_and_leave()) as server, connection_to(server) as connection:
        connection.exchange(MESSAGE, 2.0)

        wait_until_stale(connection)


def test_an_idle_close_between_two_calls_goes_unnoticed() -> None:
    with serve(*[reply_and_leave()] * 5) as server, pool_to(server) as pool:
        for _ in range(6):
            assert ask(pool).status == 200

    assert server.connections == 6
    assert len(server.seen) == 6


@pytest.mark.parametrize("broken", [close, reset])
def test_a_kept_connection_that_breaks_before_the_first_byte_is_replaced(broken: Move) -> None:
    with serve(reply(), broken, reply(b'"again"')) as server, pool_to(server) as pool:
        ask(pool)

        assert ask(pool).body == b'"again"'

    assert [seen.connection for seen in server.seen] == [1, 1, 2]


@pytest.mark.parametrize("broken", [close, reset])
def test_a_fresh_connection_that_breaks_is_an_unknown_outcome(broken: Move) -> None:
    with serve(broken) as server, pytest.raises(Unreachable) as caught:
        ask_once(server)

    assert caught.value.sent
    assert len(server.seen) == 1


def test_a_message_is_sent_twice_at_most() -> None:
    with serve(reply(), close, close) as server, pool_to(server) as pool:
        ask(pool)
        with pytest.raises(Unreachable) as caught:
            ask(pool)

    assert caught.value.sent
    assert len(server.seen) == 3


def test_a_resend_that_cannot_connect_leaves_the_outcome_of_the_first_send_unknown() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    pool = Pool(Endpoint("127.0.0.1", listener.getsockname()[1], tls=False), tls=None, connect_timeout=2.0)

    def answer_once_then_vanish() -> None:
        peer, _ = listener.accept()
        peer.recv(65536)
        peer.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        peer.recv(65536)
        listener.close()
        peer.close()

    server = threading.Thread(target=answer_once_then_vanish)
    server.start()
    ask(pool)
    with pytest.raises(Unreachable) as caught:
        ask(pool)
    server.join()

    assert caught.value.sent


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\ncontent-len",
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n",
    ],
)
def test_half_an_answer_is_an_unknown_outcome_and_never_sent_again(raw: bytes) -> None:
    with serve(reply(), say(raw)) as server, pool_to(server) as pool:
        ask(pool)
        with pytest.raises(Unreachable) as caught:
            ask(pool)

    assert caught.value.sent
    assert len(server.seen) == 2


@pytest.mark.parametrize(
    "raw",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP/1.1 OK\r\n\r\n",
        b"HTTP/1.1 42 What\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\nno length",
        b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 999999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nokxx0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\nTrailer: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 20_000,
    ],
)
def test_an_answer_that_is_not_proper_http_is_refused(raw: bytes) -> None:
    with serve(say(raw)) as server, pytest.raises(Unreachable) as caught:
        ask_once(server)

    assert caught.value.sent


def test_a_body_in_chunks_is_put_together() -> None:
    with (
        serve(reply_in_chunks(b'{"a"', b":1", b"}" + b" " * 70_000), reply(b"next")) as server,
        pool_to(server) as pool,
    ):
        assert ask(pool).body.strip() == b'{"a":1}'
        assert ask(pool).body == b"next"

    assert server.connections == 1


def test_an_answer_without_content_needs_no_length() -> None:
    with serve(say(b"HTTP/1.1 204 No Content\r\n\r\n")) as server:
        assert ask_once(server).body == b""


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\nsomething that nobody asked for",
    ],
)
def test_a_connection_that_said_goodbye_or_too_much_is_not_kept(raw: bytes) -> None:
    def move(peer: socket.socket, _: Seen) -> bool:
        peer.sendall(raw)
        return True

    with serve(move) as server, pool_to(server) as pool:
        ask(pool)
        ask(pool)

    assert [seen.connection for seen in server.seen] == [1, 2]


@pytest.mark.parametrize("slow", [silence, drip])
def test_an_answer_that_takes_too_long_is_an_unknown_outcome(slow: Move) -> None:
    started = time.monotonic()
    with serve(slow) as server, pytest.raises(Unreachable) as caught:
        ask_once(server, QUICK)

    assert caught.value.sent
    assert QUICK <= time.monotonic() - started < 10 * QUICK


def test_a_kept_connection_that_falls_silent_is_not_sent_to_again() -> None:
    with serve(reply(), silence) as server, pool_to(server) as pool:
        ask(pool)
        with pytest.raises(Unreachable):
            ask(pool, QUICK)

    assert len(server.seen) == 2


def test_a_refused_connection_sent_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with pytest.raises(Unreachable) as caught:
        ask(Pool(Endpoint("127.0.0.1", port, tls=False), tls=None, connect_timeout=1.0))

    assert not caught.value.sent


def test_connecting_has_its_own_time_out() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        fillers = [socket.socket() for _ in range(4)]  # a full queue: nobody else gets in
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        started = time.monotonic()
        with pytest.raises(Unreachable) as caught:
            ask(Pool(Endpoint("127.0.0.1", port, tls=False), tls=None, connect_timeout=QUICK))
        for filler in fillers:
            filler.close()

    assert not caught.value.sent
    assert time.monotonic() - started < 10 * QUICK


def test_a_connection_idle_for_too_long_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "MAX_IDLE", 0.0)
    with serve() as server, pool_to(server) as pool:
        ask(pool)
        ask(pool)

    assert server.connections == 2


@pytest.mark.parametrize("clock", ["monotonic", "time"])
def test_a_sandbox_that_slept_is_noticed_by_whichever_clock_went_on(
    monkeypatch: pytest.MonkeyPatch, clock: str
) -> None:
    real = getattr(time, clock)
    with serve() as server, pool_to(server) as pool:
        ask(pool)
        monkeypatch.setattr(time, clock, lambda: real() + transport.MAX_IDLE + 1)
        ask(pool)

    assert server.connections == 2


def test_when_a_kept_connection_falls_silent_its_neighbours_are_not_tried() -> None:
    together = threading.Barrier(3)

    def wait_for_the_others(peer: socket.socket, seen: Seen) -> bool:
        together.wait(5.0)
        return reply()(peer, seen)

    with serve(*[wait_for_the_others] * 3, silence) as server, pool_to(server) as pool:
        with ThreadPoolExecutor(3) as threads:
            list(threads.map(lambda _: ask(pool), range(3)))
        with pytest.raises(Unreachable):
            ask(pool, QUICK)
        ask(pool)

        assert server.connections == 4
        assert len({seen.connection for seen in server.seen[4:]} - {1, 2, 3}) == 1


def test_the_pool_keeps_a_bounded_number_of_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "MAX_KEPT", 2)
    together = threading.Barrier(6)

    def wait_for_the_others(peer: socket.socket, seen: Seen) -> bool:
        together.wait(5.0)
        return reply()(peer, seen)

    with serve(then=wait_for_the_others) as server, pool_to(server) as pool:
        with ThreadPoolExecutor(6) as threads:
            list(threads.map(lambda _: ask(pool), range(6)))
        assert server.connections == 6
        with ThreadPoolExecutor(6) as threads:
            list(threads.map(lambda _: ask(pool), range(6)))

    assert server.connections == 6 + 4


def test_a_closed_pool_opens_new_connections() -> None:
    with serve() as server, pool_to(server) as pool:
        ask(pool)
        pool.close()
        ask(pool)

    assert server.connections == 2


def test_calls_go_over_tls(certificates: Certificates) -> None:
    trusting = certificates.trusting
    with (
        serve(reply(b"1"), reply(b"2"), tls=certificates.server) as server,
        pool_to(server, trusting) as pool,
    ):
        assert ask(pool).body == b"1"
        assert ask(pool).body == b"2"

    assert server.connections == 1


def test_a_certificate_of_somebody_else_is_refused(certificates: Certificates) -> None:
    strict = ssl.create_default_context()
    with (
        serve(tls=certificates.server) as server,
        pool_to(server, strict) as pool,
        pytest.raises(Unreachable) as caught,
    ):
        ask(pool)

    assert not caught.value.sent
    assert server.seen == []


def test_a_certificate_for_another_host_is_refused(certificates: Certificates) -> None:
    with serve(tls=certificates.server) as server:
        port = parse_url(server.url)[0].port
        elsewhere = Pool(
            Endpoint("127.0.0.1", port, tls=True), tls=certificates.trusting, connect_timeout=2.0
        )
        with pytest.raises(Unreachable):
            ask(elsewhere)

    assert server.seen == []


@pytest.mark.parametrize(
    ("url", "endpoint", "rest", "authority"),
    [
        ("https://sqs.eu-west-1.amazonaws.com", ("sqs.eu-west-1.amazonaws.com", 443, True), "/", None),
        ("http://localhost:4566/", ("localhost", 4566, False), "/", "localhost:4566"),
        ("http://127.0.0.1:80/a?b=c", ("127.0.0.1", 80, False), "/a?b=c", "127.0.0.1"),
        ("https://[fd00:ec2::23]/v1", ("fd00:ec2::23", 443, True), "/v1", "[fd00:ec2::23]"),
        ("http://[::1]:81", ("::1", 81, False), "/", "[::1]:81"),
    ],
)
def test_a_url_names_an_endpoint(
    url: str, endpoint: tuple[str, int, bool], rest: str, authority: str | None
) -> None:
    found, path = parse_url(url)

    assert (found.host, found.port, found.tls) == endpoint
    assert path == rest
    assert found.authority == (authority or found.host)


@pytest.mark.parametrize(
    "url",
    ["", "localhost:4566", "ftp://x", "http://", "http://me@x", "http://x:port", "http://\u00e4.example"],
)
def test_a_url_that_names_no_endpoint_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="endpoint"):
        parse_url(url)


@pytest.mark.parametrize("headers", [{"x": "a\r\ny: b"}, {"x\n": "a"}])
def test_a_header_cannot_smuggle_in_another_line(headers: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="line end"):
        encode_message("GET", "/", headers, b"")
