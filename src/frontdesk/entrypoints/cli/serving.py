"""The server of `frontdesk up`: open the socket, start the desk, say where it is, stop cleanly."""

import asyncio
import signal
import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from frontdesk import bootstrap
from frontdesk.adapters.embedded.clock import MachineClock
from frontdesk.config import Settings
from frontdesk.entrypoints.cli.address import announce, url_of, withdraw
from frontdesk.entrypoints.cli.mending import CommandError
from frontdesk.entrypoints.server import Server
from frontdesk.entrypoints.web import web_server
from frontdesk.kernel.services import Service

if TYPE_CHECKING:  # most desks have no demo
    from frontdesk.demo import Example

BACKLOG = 2_048  # connections that may wait to be accepted


class PortTakenError(CommandError):
    """Somebody else listens there."""


async def serve(settings: Settings, services: Sequence[Service], *, demo: bool) -> None:
    """Serve until SIGINT or SIGTERM. Raises PortTakenError, InUseError, FormatError."""
    listener = _listen(settings)
    port = listener.getsockname()[1]
    url = url_of(settings.host, port)
    app = Server(replace(settings, port=port), services)
    await app.start()
    try:
        if demo:
            from frontdesk.demo import Loader  # noqa: PLC0415 - most desks need none

            await Loader(app.runtime, services).load()
        announce(settings.data, url)
        tried = _to_try(settings, services, url) if demo else []
        print(_welcome(settings, url, tried), flush=True)
        await _serve(app, listener)
    finally:
        withdraw(settings.data)
        await app.stop()
    print("Stopped. Everything accepted is on disk.", flush=True)


async def _serve(app: Server, listener: socket.socket) -> None:
    """Take requests in until a signal comes."""
    server = web_server(app, app.worker)
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, server.handle_exit, sign, None)
    await server.serve(sockets=[listener])


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listener = socket.create_server((settings.host, settings.port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise PortTakenError(
            f"Cannot listen on {settings.host} port {settings.port}: {error.strerror}. Choose another --port."
        ) from None
    # Inherited by every connection. An answer goes out in two writes; without this the second waits 40 ms for an ACK.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _welcome(settings: Settings, base: str, tried: Sequence[str]) -> str:
    lines = [
        "",
        f"  frontdesk is open at {base}",
        f"  Documentation: {base}/docs",
        f"  Data: {settings.data}",
        "",
        *tried,
        "  Ctrl-C stops.",
        "",
    ]
    return "\n".join(lines)


def _to_try(settings: Settings, services: Sequence[Service], base: str) -> list[str]:
    from frontdesk.demo import examples  # noqa: PLC0415 - as above

    tokens, lines = bootstrap.tokens(settings), []
    for example in examples(services, MachineClock().now()):
        token = tokens.issue(example.subject, example.scopes, example.grants)
        lines += [f"  {example.what} (the token is good for an hour):", "", _curl(base, token, example), ""]
    return lines


def _curl(base: str, token: str, example: "Example") -> str:
    key = f"\n  -H 'Idempotency-Key: {example.key}' \\" if example.key else ""
    return f"""curl -i {base}{example.line} \\
  -H 'Authorization: Bearer {token}' \\
  -H 'Content-Type: application/json' \\{key}
  -d '{example.body}'"""
