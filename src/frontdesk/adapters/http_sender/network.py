"""Connections that are made to the very address that was checked: between the two no name can change its meaning."""

import asyncio
import socket
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import httpcore

from frontdesk.adapters.http_sender.addresses import Reachable

LOOK_UPS_AT_ONCE = 4  # threads of their own: a name server that hangs must hold up nothing else
ADDRESSES_TRIED = 3  # of those that a name has


class ForbiddenAddressError(Exception):
    """The name leads to an address that strangers may not make this desk call."""


class UnknownNameError(Exception):
    """Nobody knows an address of this name, now."""


class CheckedNetwork(httpcore.AsyncNetworkBackend):
    """Looks names up, refuses those that lead to any forbidden address, and connects."""

    def __init__(self, reachable: Reachable) -> None:
        self._reachable = reachable
        self._real = httpcore.AnyIOBackend()
        self._threads = ThreadPoolExecutor(LOOK_UPS_AT_ONCE, "frontdesk-names")

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """See httpcore. Raises ForbiddenAddressError, UnknownNameError, httpcore.ConnectError, ConnectTimeout."""
        addresses = await self._look_up(host, port)
        failure: Exception = UnknownNameError()
        for address in addresses[:ADDRESSES_TRIED]:
            try:
                return await self._real.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as failed:
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
