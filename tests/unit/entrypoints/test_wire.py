"""The HTTP connection, over real sockets: what goes its short way, and what goes uvicorn's."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import wraps
from typing import Any, ParamSpec
from unittest.mock import Mock

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from frontdesk.entrypoints.web import WebServer, web_server
from frontdesk.entrypoints.wire import Connection

P = ParamSpec("P")
CLOSE = b"GET /end HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def on_a_loop(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    @wraps(test)
    def run(*arguments: P.args, **named: P.kwargs) -> None:
        asyncio.run(test(*arguments, **named))

    return run


def answering(
    body: bytes = b"hello", status: int = 200, headers: tuple[tuple[bytes, bytes], ...] = ()
) -> ASGIApp:
    async def app(_: Scope, __: Receive, send: Send) -> None:
        length = (b"content-length", str(len(body)).encode())
        await send({"type": "http.response.start", "status": status, "headers": [length, *headers]})
        await send({"type": "http.response.body", "body": body})

    return app


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with what was asked for."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    told = b" ".join([scope["method"].encode(), scope["path"].encode(), scope["query_string"], body])
    await answering(told)(scope, receive, send)


@asynccontextmanager
async def serving(
    app: ASGIApp, second: "Second | None" = None, **settings: Any
) -> AsyncIterator[tuple[WebServer, Callable[[], Awaitable[Any]]]]:
    server = web_server(app, second)
    server.config.port = 0
    for name, value in settings.items():
        setattr(server.config, name, value)
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.001)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield server, lambda: asyncio.open_connection("127.0.0.1", port)
    finally:
        server.should_exit = True
        await running


async def said(app: ASGIApp, *parts: bytes, **settings: Any) -> bytes:
    """Return all that a connection hears until its end."""
    async with serving(app, **settings) as (_, connect), asyncio.timeout(10):
        reader, writer = await connect()
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.01)
        heard: bytes = await reader.read()
        writer.close()
        return heard


@on_a_loop
async def test_an_answer_of_known_length_leaves_in_one_write(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[bytes] = []
    made = Connection.connection_made

    def noted(self: Connection, transport: Any) -> None:
        made(self, transport)

        def write(data: bytes) -> None:
            written.append(data)
            transport.write(data)

        self.transport = Mock(wraps=transport, write=write)

    monkeypatch.setattr(Connection, "connection_made", noted)
    heard = await said(answering(headers=((b"x-a", b"1"),)), CLOSE)
    assert heard == b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nx-a: 1\r\nconnection: close\r\n\r\nhello"
    assert written == [heard]


@on_a_loop
async def test_a_connection_is_kept_for_the_next_request() -> None:
    heard = await said(echo, b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n", CLOSE)
    assert heard.count(b"HTTP/1.1 200 OK") == 2
    assert heard.count(b"connection: close") == 1


@on_a_loop
async def test_requests_that_come_at_once_are_answered_in_their_order() -> None:
    async def slower_first(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(0.05 if scope["path"] == "/0" else 0)
        await echo(scope, receive, send)

    many = b"".join(b"POST /%d HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n%d" % (n, n) for n in range(5))
    heard = await said(slower_first, many + CLOSE)
    places = [heard.index(b"POST /%d  %d" % (n, n)) for n in range(5)]
    assert places == sorted(places)
    assert heard.endswith(b"GET /end  ")


@on_a_loop
async def test_a_body_may_come_in_parts_and_in_chunks() -> None:
    head = b"POST /a%20b?c=d HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    heard = await said(echo, head + b"Content-Length: 6\r\n\r\nabc", b"def")
    assert heard.endswith(b"POST /a b c=d abcdef")
    chunks = head + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"
    heard = await said(echo, chunks, b"3\r\ndef\r\n0\r\n\r\n")
    assert heard.endswith(b"POST /a b c=d abcdef")


@on_a_loop
async def test_who_asks_first_is_told_to_go_on() -> None:
    asking = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
    heard = await said(echo, asking, b"abc")
    assert heard.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")


@on_a_loop
async def test_an_answer_to_head_has_no_body() -> None:
    heard = await said(answering(), CLOSE.replace(b"GET", b"HEAD"))
    assert b"content-length: 5\r\n" in heard
    assert heard.endswith(b"\r\n\r\n")


@on_a_loop
async def test_a_client_of_http_1_0_hears_the_end() -> None:
    heard = await said(answering(), b"GET / HTTP/1.0\r\n\r\n")
    assert heard.endswith(b"connection: close\r\n\r\nhello")


@on_a_loop
async def test_what_is_no_request_is_refused() -> None:
    heard = await said(answering(), b"nonsense\r\n\r\n")
    assert heard.startswith(b"HTTP/1.1 400 Bad Request\r\n")


@on_a_loop
async def test_an_answer_in_parts_and_one_of_unknown_length_go_out_in_chunks() -> None:
    async def in_parts(scope: Scope, _: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        if scope["path"] == "/parts":
            await send({"type": "http.response.body", "body": b"one", "more_body": True})
        await send({"type": "http.response.body", "body": b"two"})

    heard = await said(in_parts, b"GET /parts HTTP/1.1\r\nHost: x\r\n\r\n", CLOSE)
    assert heard.count(b"transfer-encoding: chunked") == 2
    assert b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n" in heard


@on_a_loop
async def test_an_application_may_close_the_connection() -> None:
    heard = await said(answering(headers=((b"connection", b"close"),)), b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert heard.count(b"connection: close") == 1
    assert heard.endswith(b"hello")


@pytest.mark.parametrize("value", [b"a\r\nset-cookie: b", b"a\nb", b"a\rb", b"a\0b"])
@on_a_loop
async def test_a_header_cannot_bring_another_one(value: bytes) -> None:
    heard = await said(answering(headers=((b"location", value),)), CLOSE)
    assert heard.startswith(b"HTTP/1.1 500 ") or heard == b""
    assert b"set-cookie" not in heard


@on_a_loop
async def test_a_length_that_is_not_true_is_not_sent() -> None:
    async def lying(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]})
        await send({"type": "http.response.body", "body": b"short"})

    heard = await said(lying, CLOSE)
    assert not heard.endswith(b"short") or b"content-length: 9" in heard


@on_a_loop
async def test_a_bug_is_answered_with_500() -> None:
    async def broken(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError("a test")

    assert (await said(broken, CLOSE)).startswith(b"HTTP/1.1 500 Internal Server Error\r\n")


@on_a_loop
async def test_an_idle_connection_is_closed_after_its_time_and_no_earlier() -> None:
    loop = asyncio.get_running_loop()
    async with serving(echo, timeout_keep_alive=0.2) as (_, connect), asyncio.timeout(10):
        reader, writer = await connect()
        last = loop.time()
        for _ in range(3):  # the time is counted from the last answer
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            await reader.readuntil(b"GET /  ")
            last = loop.time()
            await asyncio.sleep(0.12)
        assert await reader.read() == b""
        assert 0.19 <= loop.time() - last < 5
        writer.close()


@on_a_loop
async def test_a_stop_waits_for_what_is_at_work() -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def waiting(scope: Scope, receive: Receive, send: Send) -> None:
        begun.set()
        await go_on.wait()
        await echo(scope, receive, send)

    async with serving(waiting) as (server, connect), asyncio.timeout(10):
        reader, writer = await connect()
        idle_reader, idle_writer = await connect()
        writer.write(b"GET /last HTTP/1.1\r\nHost: x\r\n\r\n")
        await begun.wait()
        server.should_exit = True
        assert await idle_reader.read() == b""
        go_on.set()
        heard = await reader.read()
        assert b"connection: close" in heard
        assert heard.endswith(b"GET /last  ")
        writer.close()
        idle_writer.close()
    assert not server.server_state.tasks


@on_a_loop
async def test_who_has_gone_leaves_nothing_behind() -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def waiting(scope: Scope, receive: Receive, send: Send) -> None:
        begun.set()
        await go_on.wait()
        await echo(scope, receive, send)

    async with serving(waiting) as (server, connect), asyncio.timeout(10):
        _, writer = await connect()
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await begun.wait()
        writer.transport.abort()
        await asyncio.sleep(0.02)
        go_on.set()
        while server.server_state.tasks or server.server_state.connections:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.001)


class Second:
    """Another process, as this one sees it: it takes connections over when it is there."""

    def __init__(self, *, takes: bool = True) -> None:
        self.takes = takes
        self.crowds: list[int] = []
        self.asked: list[bool] = []  # whether each was new
        self.taken: asyncio.Queue[socket.socket] = asyncio.Queue()

    def meet(self, crowd: int) -> None:
        """See wire.Second."""
        self.crowds.append(crowd)

    def take(self, connection: int, *, is_new: bool) -> bool:
        """See wire.Second. The file is one of its own, as after a way through a socket."""
        self.asked.append(is_new)
        if self.takes:
            self.taken.put_nowait(socket.fromfd(connection, socket.AF_INET, socket.SOCK_STREAM))
        return self.takes

    async def answer(self) -> bytes:
        """Answer whatever comes on the next connection taken, once, and end it. Returns what came."""
        connection = await self.taken.get()
        with connection:
            connection.setblocking(False)
            loop = asyncio.get_running_loop()
            heard = await loop.sock_recv(connection, 65_536)
            await loop.sock_sendall(connection, b"from the second")
        return heard


ONE = b"GET /one HTTP/1.1\r\nHost: x\r\n\r\n"
TWO = b"GET /two HTTP/1.1\r\nHost: x\r\n\r\n"


@on_a_loop
async def test_a_connection_goes_to_the_second_process_as_soon_as_it_is_accepted() -> None:
    second = Second()
    async with serving(echo, second) as (server, connect), asyncio.timeout(10):
        reader, writer = await connect()
        writer.write(ONE)
        assert await second.answer() == ONE
        assert await reader.read() == b"from the second"
        assert (second.crowds, server.server_state.total_requests) == ([], 0)
        while server.server_state.connections:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.001)
        writer.close()


@on_a_loop
async def test_a_connection_in_use_goes_there_after_its_answer() -> None:
    second = Second(takes=False)
    async with serving(echo, second) as (_, connect), asyncio.timeout(10):
        reader, writer = await connect()
        writer.write(ONE)
        await reader.readuntil(b"GET /one  ")
        assert second.crowds == [1]
        second.takes = True
        writer.write(TWO)
        await reader.readuntil(b"GET /two  ")
        writer.write(ONE)
        assert await second.answer() == ONE
        assert await reader.read() == b"from the second"
        writer.close()


@on_a_loop
async def test_nothing_is_handed_over_while_an_answer_is_at_work() -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def waiting(scope: Scope, receive: Receive, send: Send) -> None:
        begun.set()
        await go_on.wait()
        await echo(scope, receive, send)

    second = Second(takes=False)
    async with serving(waiting, second) as (_, connect), asyncio.timeout(10):
        reader, writer = await connect()
        writer.write(ONE)
        await begun.wait()
        second.takes = True
        await asyncio.sleep(0.01)
        assert second.taken.empty()
        go_on.set()
        await reader.readuntil(b"GET /one  ")
        (await second.taken.get()).close()
        assert await reader.read() == b""
        writer.close()


@on_a_loop
async def test_requests_that_came_at_once_are_all_answered_before_the_connection_goes() -> None:
    second = Second(takes=False)

    async def then_there(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(0.01)
        second.takes = True
        await echo(scope, receive, send)

    async with serving(then_there, second) as (_, connect), asyncio.timeout(10):
        reader, writer = await connect()
        writer.write(ONE + TWO)
        await reader.readuntil(b"GET /two  ")
        assert second.asked == [True, False], "when it was accepted, and after the last"
        writer.write(ONE)
        assert await second.answer() == ONE
        assert await reader.read() == b"from the second"
        writer.close()


@pytest.mark.parametrize("cut", [1, 20, len(TWO) - 1])
@on_a_loop
async def test_a_connection_stays_when_a_part_of_the_next_request_has_come(cut: int) -> None:
    second = Second(takes=False)

    async def then_there(scope: Scope, receive: Receive, send: Send) -> None:
        second.takes = True
        await echo(scope, receive, send)

    async with serving(then_there, second) as (_, connect), asyncio.timeout(10):
        reader, writer = await connect()
        writer.write(ONE + TWO[:cut])
        await reader.readuntil(b"GET /one  ")
        assert second.asked == [True]
        writer.write(TWO[cut:])
        await reader.readuntil(b"GET /two  ")
        (await second.taken.get()).close()
        assert await reader.read() == b""
        writer.close()


@on_a_loop
async def test_a_connection_stays_while_a_body_is_still_to_come() -> None:
    second = Second(takes=False)

    async def hasty(scope: Scope, receive: Receive, send: Send) -> None:
        second.takes = True
        await answering(scope["path"].encode())(scope, receive, send)

    async with serving(hasty, second) as (_, connect), asyncio.timeout(10):
        reader, writer = await connect()
        writer.write(b"POST /one HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nab")
        await reader.readuntil(b"/one")
        assert second.asked == [True]
        writer.write(b"cd" + TWO)
        await reader.readuntil(b"/two")
        (await second.taken.get()).close()
        assert await reader.read() == b""
        writer.close()


@on_a_loop
async def test_who_asks_to_end_the_connection_has_it_ended_here() -> None:
    second = Second(takes=False)

    async def then_there(scope: Scope, receive: Receive, send: Send) -> None:
        second.takes = True
        await echo(scope, receive, send)

    async with serving(then_there, second) as (_, connect), asyncio.timeout(10):
        reader, writer = await connect()
        writer.write(CLOSE)
        assert (await reader.read()).endswith(b"GET /end  ")
        assert second.taken.empty()
        writer.close()


@on_a_loop
async def test_a_connection_that_nobody_takes_is_kept() -> None:
    second = Second(takes=False)
    async with serving(echo, second) as (_, connect), asyncio.timeout(10):
        reader, writer = await connect()
        for asked in range(2, 5):
            writer.write(ONE)
            await reader.readuntil(b"GET /one  ")
            assert len(second.asked) == asked
        writer.close()


@on_a_loop
async def test_how_many_are_at_work_at_once_is_told() -> None:
    go_on = asyncio.Event()

    async def waiting(scope: Scope, receive: Receive, send: Send) -> None:
        await go_on.wait()
        await echo(scope, receive, send)

    second = Second(takes=False)
    async with serving(waiting, second) as (_, connect), asyncio.timeout(10):
        callers = [await connect() for _ in range(5)]
        for _, writer in callers:
            writer.write(CLOSE)
        while len(second.crowds) < 5:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.001)
        assert second.crowds == [1, 2, 3, 4, 5]
        go_on.set()
        for reader, writer in callers:
            await reader.read()
            writer.close()


@on_a_loop
async def test_a_connection_that_another_process_accepted_is_served_like_its_own() -> None:
    async with serving(echo) as (there, _):
        second = Second()
        async with serving(answering(), second) as (_, connect), asyncio.timeout(10):
            reader, writer = await connect()
            writer.write(ONE)
            await there.take(await second.taken.get(), is_new=True)
            await reader.readuntil(b"GET /one  ")
            writer.write(CLOSE)
            assert (await reader.read()).endswith(b"GET /end  ")
            writer.close()
        assert there.server_state.total_requests == 2
