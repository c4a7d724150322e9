"""A pytest plugin: what every function asks of its service's table, seen while handlers run.

FRONTDESK_USES=uses.json pytest -p tests.unit.manifest.recording tests/unit/orders
"""

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from frontdesk.adapters.aws.items import index_name
from frontdesk.kernel.bus import Bus
from frontdesk.kernel.http import Answer, Call, Route
from frontdesk.kernel.messages import Message
from frontdesk.kernel.ports import Store
from frontdesk.kernel.records import Claim, Commit, Record, Span, Take
from frontdesk.kernel.services import Reaction, Service
from frontdesk.kernel.unit import Unit
from frontdesk.manifest.sharing import queue_of
from frontdesk.manifest.uses import (
    ADD,
    CHECK,
    FORGET,
    FREE,
    GET,
    MAKE,
    MANY,
    PUT,
    SEAL,
    SEE,
    SEND,
    TELL,
    TEXT,
)
from frontdesk.services.identity.withdrawing import load_withdrawals

_PORTS = {  # by name: several services have a port of their own for the same thing
    "Seals": (SEAL,),
    "SigningKeys": (SEE, MAKE),
    "Channels": (SEND, TEXT),
    "InboundVerifier": (SEND,),
    "Messenger": (TELL,),
    "Notifier": (TELL,),
}
_seen: defaultdict[str, set[str]] = defaultdict(set)
_ask, _react, _provider = Bus.ask, Bus.react, Unit.provider


class WatchedStore:
    """A store, and what is asked of it."""

    def __init__(self, store: Store, seen: set[str]) -> None:
        self._store = store
        self.seen = seen

    async def get(self, kind: str, id: str) -> Record | None:
        self.seen.add(GET)
        return await self._store.get(kind, id)

    async def get_many(self, kind: str, ids: Sequence[str]) -> Mapping[str, Record]:
        self.seen.add(MANY)
        return await self._store.get_many(kind, ids)

    async def query(self, kind: str, index: str, partition: str, span: Span) -> list[Record]:
        self.seen.add(index_name(kind, index))
        return await self._store.query(kind, index, partition, span)

    async def counts(self, keys: Sequence[str]) -> Mapping[str, int]:
        self.seen.add(MANY)
        return await self._store.counts(keys)

    async def claim(self, key: str) -> Claim | None:
        self.seen.add(GET)
        return await self._store.claim(key)

    async def commit(self, commit: Commit) -> None:
        self.seen.add(GET)  # whoever loses a race looks whether a repeat of its own work won it
        parts: list[tuple[Any, str]] = [
            (commit.changes, PUT),
            (commit.unchanged, CHECK),
            (commit.counters, ADD),
        ]
        self.seen.update(action for found, action in parts if found)
        self.seen.update(PUT if isinstance(claim, Take) else FREE for claim in commit.claims)
        await self._store.commit(commit)


async def _watched_ask(bus: Bus, service: Service, route: Route, call: Call, store: Store) -> Answer:
    if (
        route.handle is load_withdrawals
    ):  # a server does so when it starts; functions have a record of the recent ones
        return await _ask(bus, service, route, call, store)
    function = f"{service.name}-{'http' if route in service.routes else 'oauth'}"
    if route.path == "/keys/rotate":
        _seen[function].add(FORGET)
    return await _ask(bus, service, route, call, WatchedStore(store, _seen[function]))


async def _watched_react(
    bus: Bus, service: Service, reaction: Reaction, message: Message, store: Store
) -> None:
    function = queue_of(service, reaction.subscriber)
    await _react(bus, service, reaction, message, WatchedStore(store, _seen[function]))


def _watched_provider(unit: Unit, port: type[Any]) -> Any:
    if isinstance(unit.store, WatchedStore):
        of_identity = port.__module__.startswith("frontdesk.services.identity.")
        signs = of_identity and port.__name__ == "Seals"  # under the same roof as the keys that sign
        unit.store.seen.update((SEE, MAKE) if signs else _PORTS.get(port.__name__, ()))
    return _provider(unit, port)


for _class, _name, _watched in (
    (Bus, "ask", _watched_ask),
    (Bus, "react", _watched_react),
    (Unit, "provider", _watched_provider),
):
    setattr(_class, _name, _watched)  # in a process that is here for nothing else


def pytest_sessionfinish() -> None:
    """Write down what was seen."""
    found = {function: sorted(used) for function, used in _seen.items()}
    Path(os.environ["FRONTDESK_USES"]).write_bytes(msgspec.json.encode(found))
