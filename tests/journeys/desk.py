"""What journeys ask of a desk, whatever it runs on. `RunningDesk` is one here, `DeployedDesk` one on a stage."""

import ssl
import subprocess
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

import httpx

from frontdesk.reconciliation.report import Report

# Spares every client the reading of the system's certificates.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Desk(Protocol):
    """A desk that takes requests."""

    @property
    def url(self) -> str:
        """Where it is reached."""

    @property
    def has_gateway(self) -> bool:
        """Whether somebody in front of it refuses bad tokens and unknown paths, in words of its own."""

    @property
    def at_once(self) -> int:
        """How many requests it can be sent at once."""

    def token(self, scopes: str, subject: str = "ana", grants: Sequence[str] = ()) -> str:
        """Return a token, as `frontdesk token` makes one."""

    def client(self, token: str = "") -> httpx.Client:
        """Return an HTTP client that speaks for a token."""

    def command(self, *words: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        """Run `frontdesk` with these words for this desk, to its end."""

    def wait_until_quiet(self, seconds: float = ...) -> None:
        """Return when every subscriber has taken in every event."""

    def wait_until_settled(self, seconds: float = ...) -> None:
        """Return when, besides, nothing waits to be tried again. Dead letters do not count."""

    def compared(self, shop: str = "") -> Report:
        """Return how orders, books and stock compare at this moment."""

    def standings(self) -> dict[str, str]:
        """Return where every order stands, by id."""

    def without(self, service: str) -> AbstractContextManager[None]:
        """Let a service take in nothing for a while; the others go on."""

    def overwrite(self, kind: str, id: str, body: str) -> str:
        """Replace what is stored of a record behind the desk's back, and return what it was."""


def client_of(url: str, token: str = "") -> httpx.Client:
    """Return a client of a URL."""
    headers: dict[str, Any] = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.Client(base_url=url, headers=headers, timeout=30, verify=NO_TLS)


def refused(desk: Desk, answer: httpx.Response, status: int, code: str) -> None:
    """Check a refusal by whoever stands in front: a gateway has words of its own, and no code."""
    assert answer.status_code == status
    assert desk.has_gateway or answer.json()["code"] == code
