# mypy: disable-error-code="import-not-found,misc,untyped-decorator"
# The peers' packages live in `.venv-bench` alone; where they are missing, their classes have no types.
"""What the hand-written peers share: the connections of a web process, and how a request is known again."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
from fastapi import FastAPI

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Key:
    """An idempotency key, whose it is, and what was asked for with it."""

    subject: str
    key: str
    fingerprint: bytes


def pooled(search_path: str) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Return what opens the connections of an application, `app.state.pool`, for as long as it runs."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        size, settings = int(os.environ["PEER_POOL"]), {"search_path": search_path}
        async with asyncpg.create_pool(
            os.environ["PEER_DSN"],
            min_size=size,
            max_size=size,
            server_settings=settings,
            reset=_nothing_to_undo,
        ) as pool:
            app.state.pool = pool
            yield

    return lifespan


async def _nothing_to_undo(_: Any) -> None:
    """Spare the round trip that a pool makes by itself before it lends a connection again."""
