"""One porter: `python -m frontdesk.entrypoints.porter LISTENER LINE LEVEL`, started by the desk with open sockets."""

import asyncio
import os
import signal
import socket
import sys

from frontdesk.entrypoints.logs import start_logging
from frontdesk.entrypoints.porter.carrier import Carrier
from frontdesk.entrypoints.porter.frames import Line, Reply
from frontdesk.entrypoints.web import web_server

ORPHANED = 3  # exit status when the desk has gone


async def main(listener: socket.socket, line: socket.socket) -> None:
    """Serve until SIGTERM; leave at once when the desk has gone, so that its port is free for the next one."""
    loop = asyncio.get_running_loop()
    carrier = Carrier()
    _, carrier.line = await loop.create_connection(
        lambda: Line(Reply, carrier.heard, lambda: os._exit(ORPHANED)), sock=line
    )
    server = web_server(carrier)
    loop.add_signal_handler(signal.SIGTERM, server.handle_exit, signal.SIGTERM, None)
    await server.serve(sockets=[listener])


if __name__ == "__main__":
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C goes to the desk, which then lets its porters finish
    start_logging(sys.argv[3])
    asyncio.run(main(socket.socket(fileno=int(sys.argv[1])), socket.socket(fileno=int(sys.argv[2]))))
