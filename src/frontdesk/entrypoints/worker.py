"""The process of a desk's worker. A desk starts it, and nobody else.

Its arguments are the numbers of two sockets: the one on which it talks with the desk, and the one on which connections
come.
"""

import asyncio
import logging
import os
import resource
import signal
import socket
import sys
from pathlib import Path

from msgspec.structs import replace

from frontdesk import bootstrap
from frontdesk.adapters.embedded import interpreter, precedence
from frontdesk.adapters.embedded.load import Load
from frontdesk.adapters.embedded.worker_frames import NEW, Setup, Tally, first_frame
from frontdesk.adapters.embedded.worker_side import WorkerEnd, reading
from frontdesk.entrypoints.admission import Admission
from frontdesk.entrypoints.balance import Balance
from frontdesk.entrypoints.http import Desk, Elsewhere, front
from frontdesk.entrypoints.logs import start_logging
from frontdesk.entrypoints.operations import OPERATIONS
from frontdesk.entrypoints.passing import PassedOn
from frontdesk.entrypoints.requests import Requests
from frontdesk.entrypoints.throttle import Failures
from frontdesk.entrypoints.web import WebServer, web_server

_log = logging.getLogger(__name__)
RESERVED = 64  # files that are for everything but connections
FILES_AT_ONCE = 16  # connections that are taken in with one look at the door


async def work(pipe: socket.socket, door: socket.socket, setup: Setup) -> None:
    """Answer requests until the desk says that it is enough, or goes."""
    with (
        bootstrap.worker_parts(setup) as parts,
        reading(Path(setup.data), [kind for service in parts.services for kind in service.kinds]) as reads,
    ):
        requests, load, files = Requests(), Load(), _as_many_files_as_may_be()

        def pulse(of_desk: float) -> Tally:
            balance.weigh(load.look(), of_desk)
            return replace(requests.take(), room=files - RESERVED - len(server.server_state.connections))

        end = WorkerEnd(
            reads,
            withdraw=parts.tokens.withdraw,
            forget=parts.tokens.forget,
            pulse=pulse,
            stop=lambda: _stop(server),
            gone=lambda: _stop(server, at_once=True),
        )
        parts.open(end.store)
        desk = Desk(
            parts.bus,
            parts.tokens,
            Failures(),
            requests,
            is_traced=bool(setup.otlp),
            admission=Admission(lambda: end.is_busy, parts.bus.chance),
        )

        desk_answers = PassedOn(end.ask)
        elsewhere = Elsewhere(desk_answers, parts.left | {OPERATIONS.name})
        balance = Balance(front(desk, (*parts.services, OPERATIONS), end.store, [], elsewhere), desk_answers)
        server = web_server(balance)
        await asyncio.get_running_loop().create_unix_connection(lambda: end.pipe, sock=pipe)
        interpreter.settle()
        serving = asyncio.create_task(server.serve(sockets=[]))
        _watch(door, server)
        end.say_ready()
        await serving
        end.pipe.close()
        await asyncio.sleep(0)  # what was said last is on its way


def _watch(door: socket.socket, server: WebServer) -> None:
    """Take every connection in that comes through the door."""
    loop = asyncio.get_running_loop()
    taken: set[asyncio.Task[None]] = set()
    door.setblocking(False)

    def look() -> None:
        for _ in range(FILES_AT_ONCE):
            try:
                said, files, _, _ = socket.recv_fds(door, 1, 1)
            except BlockingIOError:
                return
            if not said:  # the desk has gone
                loop.remove_reader(door)
                return
            if not files:
                _log.error("a connection is lost: the worker has as many files open as it may")
            for file in files:
                task = loop.create_task(server.take(socket.socket(fileno=file), is_new=said == NEW))
                taken.add(task)
                task.add_done_callback(taken.discard)

    loop.add_reader(door, look)


def _as_many_files_as_may_be() -> int:
    """Have as many files as the system allows, and return how many that is: a desk gives all its connections away."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return sys.maxsize if most == resource.RLIM_INFINITY else most


def _stop(server: WebServer, *, at_once: bool = False) -> None:
    server.should_exit = True
    server.force_exit = server.force_exit or at_once


def main() -> int:
    """Be a worker. Returns the status of the process."""
    for sign in (signal.SIGINT, signal.SIGTERM):  # those are for the desk, which may still need answers
        signal.signal(sign, signal.SIG_IGN)
    pipe, door = (socket.socket(fileno=int(number)) for number in sys.argv[1:])
    setup = first_frame(pipe)
    if setup is not None:
        precedence.give_way(precedence.WORKER)
        start_logging(setup.log_level)
        asyncio.run(work(pipe, door, setup))
    return os.EX_OK


if __name__ == "__main__":
    sys.exit(main())
