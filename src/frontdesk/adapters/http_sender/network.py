"""Connections that are made to the very address that was checked: between the two no name can change its meaning."""

import asyncio
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor

from frontdesk.adapters.http_sender.addresses import Reachable

LOOK_UPS_AT_ONCE = 4  # threads of their own: a name server that hangs must hold up nothing else
ADDRESSES_TRIED = 3  # of those that a name has
CONNECT_SECONDS = 6.0  # to one address, handshake included
GOODBYE_SECONDS = 1.0  # that the end of an encrypted connection may take, behind everybody's back

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class ForbiddenAddressError(Exception):
    """The name leads to an address that strangers may not make this desk call."""


class UnknownNameError(Exception):
    """Nobody knows an address of this name, now."""


class CheckedNetwork:
    """Looks names up, refuses those that lead to any forbidden address, and connects."""

    def __init__(self, reachable: Reachable) -> None:
        self._reachable = reachable
        self._threads = ThreadPoolExecutor(LOOK_UPS_AT_ONCE, "frontdesk-names")

    async def connect(self, host: str, port: int, certificates: ssl.SSLContext | None) -> Streams:
        """Connect, encrypted if there are certificates to verify with.

        Raises ForbiddenAddressError, UnknownNameError, OSError (ssl.SSLError and TimeoutError among them).
        """
        failure: Exception = UnknownNameError()
        for address in (await self._look_up(host, port))[:ADDRESSES_TRIED]:
            try:
                async with asyncio.timeout(CONNECT_SECONDS):
                    return await _connect(address, port, host, certificates)
            except OSError as failed:
                failure = failed
        raise failure

    async def _look_up(self, host: str, port: int) -> list[str]:
        look_up = asyncio.get_running_loop().run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
        try:
            found = await look_up
        except (OSError, UnicodeError) as error:  # a label of more than 63 characters is a UnicodeError
            raise UnknownNameError from error
        addresses = list(dict.fromkeys(str(place[0]) for *_, place in found))
        if not all(self._reachable.allows(address) for address in addresses):
            raise ForbiddenAddressError
        return addresses


async def _connect(address: str, port: int, host: str, certificates: ssl.SSLContext | None) -> Streams:
    if certificates is None:
        return await asyncio.open_connection(address, port)
    return await asyncio.open_connection(
        address, port, ssl=certificates, server_hostname=host, ssl_shutdown_timeout=GOODBYE_SECONDS
    )
