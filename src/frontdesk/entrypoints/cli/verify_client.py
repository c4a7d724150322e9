"""How a verification asks the API: every answer is looked at, and one that is not as promised says what it is."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from typing import Any

import httpx

TRIES = 8  # of one request that the desk answers with Retry-After
PAUSE_SECONDS = 1.0
_SUCCESS = range(200, 300)
_BUSY = 503


class Broken(Exception):
    """A promise was not kept: what was found instead."""


class VerifyClient:
    """One caller: the token says who. "" is nobody."""

    def __init__(self, http: httpx.Client, token: str) -> None:
        self._http = http
        self._headers = {"authorization": f"Bearer {token}"} if token else {}

    def answer(self, method: str, path: str, body: object = None, *, key: str = "") -> httpx.Response:
        """Return the answer, whatever it is; a desk that is busy is asked again."""
        headers = self._headers | ({"idempotency-key": key} if key else {})
        for _ in range(TRIES - 1):
            answer = self._http.request(method, path, json=body, headers=headers)
            if answer.status_code != _BUSY:
                return answer
            time.sleep(PAUSE_SECONDS)
        return self._http.request(method, path, json=body, headers=headers)

    def get(self, path: str) -> Any:
        """Return what is there. Raises Broken."""
        return self.read(self.answer("GET", path))

    def put(self, path: str, body: object) -> Any:
        """Make something so. Raises Broken."""
        return self.read(self.answer("PUT", path, body))

    def post(self, path: str, body: Mapping[str, object] | None = None) -> Any:
        """Do something once. Raises Broken."""
        return self.read(self.answer("POST", path, body, key=secrets.token_hex(16)))

    @staticmethod
    def read(answer: httpx.Response, status: int | None = None) -> Any:
        """Return the body of an answer that was promised. Raises Broken for another status."""
        if answer.status_code not in _SUCCESS or status not in {None, answer.status_code}:
            raise Broken(
                f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text[:300]}"
            )
        return answer.json() if answer.content else None
