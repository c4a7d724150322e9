"""The desk's side: start porters, answer them, replace one that has died."""

import asyncio
import logging
import socket
import sys
from asyncio.subprocess import DEVNULL, Process

from starlette.types import ASGIApp, Message, Scope

from frontdesk.entrypoints.porter.frames import Ask, Line, Reply
from frontdesk.entrypoints.web import STOP_SECONDS

REPLACE_SECONDS = 0.5  # before a porter that died is replaced
_log = logging.getLogger(__name__)


class Porters:
    """So many processes that accept connections from `listener` and pass their requests on to `app`."""

    def __init__(self, app: ASGIApp, listener: socket.socket, count: int, log_level: str) -> None:
        self._app = app
        self._listener = listener
        self._count = count
        self._log_level = log_level
        self._stop = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    def finish(self) -> None:
        """Let them end what is open, and go."""
        self._stop.set()

    async def serve(self) -> None:
        """Return when `finish` was called and every porter has gone."""
        await asyncio.gather(*(self._keep_one() for _ in range(self._count)))
        self._listener.close()

    async def _keep_one(self) -> None:
        while not self._stop.is_set():
            process = await self._start()
            ended = asyncio.ensure_future(process.wait())
            stopping = asyncio.ensure_future(self._stop.wait())
            await asyncio.wait({ended, stopping}, return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            if self._stop.is_set():
                await _dismiss(process)
                return
            _log.error("a porter died and is replaced", extra={"status": process.returncode})
            await asyncio.sleep(REPLACE_SECONDS)

    async def _start(self) -> Process:
        ours, theirs = socket.socketpair()
        with theirs:
            handles = (self._listener.fileno(), theirs.fileno())
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "frontdesk.entrypoints.porter",
                *map(str, handles),
                self._log_level,
                stdin=DEVNULL,
                stdout=DEVNULL,
                pass_fds=handles,
            )
        await asyncio.get_running_loop().create_connection(
            lambda: Answering(self._app, self._tasks), sock=ours
        )
        return process


class Answering(Line):
    """The connection to one porter."""

    def __init__(self, app: ASGIApp, tasks: set[asyncio.Task[None]]) -> None:
        super().__init__(Ask, self._begin, lambda: None)
        self._app = app
        self._tasks = tasks

    def _begin(self, ask: Ask) -> None:
        task = self._loop.create_task(self._answer(ask))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, ask: Ask) -> None:
        body: Message | None = {"type": "http.request", "body": ask.body, "more_body": False}
        status, headers, parts = 500, [], [b""]

        async def receive() -> Message:
            nonlocal body
            message, body = body, None
            return message or {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status, headers = message["status"], list(message["headers"])
            else:
                parts.append(message.get("body", b""))

        await self._app(_scope(ask), receive, send)
        self.say(Reply(ask.number, status, headers, b"".join(parts)))


async def _dismiss(process: Process) -> None:
    if process.returncode is None:
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS + 2)
    except TimeoutError:
        process.kill()
        await process.wait()


def _scope(ask: Ask) -> Scope:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "scheme": "http",
        "method": ask.method,
        "path": ask.path,
        "raw_path": ask.raw_path,
        "query_string": ask.query,
        "root_path": "",
        "headers": ask.headers,
        "client": (ask.client, 0) if ask.client else None,
        "server": None,
    }
