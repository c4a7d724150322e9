"""What the stories of a verification share: who asks, what the desk offers, and how an answer is looked at."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple

import httpx

from frontdesk.entrypoints.cli.verify_client import Broken, VerifyClient
from frontdesk.entrypoints.cli.verify_report import LeftOut
from frontdesk.entrypoints.cli.verify_watch import Watch

LOOK_AGAIN_SECONDS = 0.2


class Scene(NamedTuple):
    """One promise: the operation that it needs ("" for none), its name, and what is done about it."""

    needs: str
    name: str
    act: Callable[[], str]


class Telling:
    """One verification. `place` is the id of the shop and of the clinic that it uses; `owner` is who owns them."""

    def __init__(
        self, http: httpx.Client, operator: VerifyClient, watch: Watch | None, place: str, patience: float
    ) -> None:
        self.stranger = VerifyClient(http, "")
        self.owner = self.operator = operator
        self.place = place
        self.known: frozenset[tuple[str, str]] = frozenset()
        self._watch = watch
        self._patience = patience

    def offers(self, operation: str) -> bool:
        """Return whether the desk has an operation: its method and path."""
        return tuple(operation.split()) in self.known

    def listen(self) -> None:
        """Begin to look at the bus, where there is one to see."""
        if self._watch is not None:
            self._watch.start()

    def heard(self, id: str) -> str:
        """Return what the bus has told of something. Raises LeftOut, Broken."""
        watch = self._watch
        if watch is None:
            raise LeftOut("this desk has no bus to look at from here")
        return str(self.until(lambda: watch.seen(id), "nothing was seen on the bus"))

    def unlisten(self) -> str:
        """Look no more. Raises LeftOut."""
        if self._watch is None:
            raise LeftOut("there is none")
        return self._watch.stop()

    def until(self, look: Callable[[], Any], otherwise: str) -> Any:
        """Return what `look` finds, looking again for a while. Raises Broken with what is so otherwise."""
        deadline = time.monotonic() + self._patience
        while True:
            found = look()
            if found is not None:
                return found
            if time.monotonic() > deadline:
                raise Broken(f"{otherwise}, after {self._patience:.0f} s")
            time.sleep(LOOK_AGAIN_SECONDS)


def refused(answer: httpx.Response, status: int, code: str = "") -> str:
    """Return how something was refused that had to be. Raises Broken."""
    problem = answer.json()
    if answer.status_code != status or code not in {"", problem.get("code")}:
        raise Broken(f"{answer.status_code} {problem.get('code')} in place of {status} {code}".strip())
    return f"{status} {problem.get('code', '')}".strip()


def named(answer: httpx.Response, *fields: str) -> str:
    """Return which faults were named, all at once. Raises Broken where one of these was not."""
    refused(answer, 422)
    found = {fault["pointer"] for fault in answer.json().get("errors", ())}
    missing = set(fields) - found
    if missing:
        raise Broken(f"not named: {', '.join(sorted(missing))}")
    return ", ".join(sorted(found))


def replayed(answer: httpx.Response, field: str, first: str) -> str:
    """Return that a repeat was answered as the first time. Raises Broken."""
    again = VerifyClient.read(answer, 201)
    if again[field] != first or "idempotency-replayed" not in answer.headers:
        raise Broken(f"a second one, {again[field]}")
    return "replayed"
