"""Clients of an OAuth 2 library, as partners and websites have them, for the journeys that sign in."""

import json
from time import monotonic, sleep
from typing import Any

import httpx
from authlib.integrations.httpx_client import OAuth2Client  # type: ignore[import-untyped] # has its types in another package

from tests.journeys.desk import Desk

BACK = "https://shop.example/back"
VERIFIER = "v" * 64
WITHDRAWN_SECONDS = 5.0

OPENED: list[OAuth2Client] = []
TOKENS: dict[str, str] = {}


def close_clients() -> None:
    """Close all that was opened here."""
    while OPENED:
        OPENED.pop().close()


def command(desk: Desk, *words: str, stdin: str = "") -> Any:
    """Run a command beside the server and return what it printed as JSON."""
    done = desk.command(*words, "--json", stdin=stdin)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def operator(desk: Desk, method: str, path: str, body: object = None) -> Any:
    """Ask the desk as whoever runs it."""
    if desk.url not in TOKENS:
        TOKENS[desk.url] = desk.token("operate users:write users:read clients:write orders:read orders:write")
    headers = {"authorization": f"Bearer {TOKENS[desk.url]}"}
    answer = httpx.request(method, f"{desk.url}{path}", json=body, headers=headers)
    assert answer.is_success, answer.text
    return answer.json()


def a_till(desk: Desk) -> dict[str, Any]:
    body = {"name": "Till", "scopes": ["orders:read"], "grants": {"shop:corner-snacks": "staff"}}
    made: dict[str, Any] = operator(desk, "POST", "/clients", body)
    return made


def machine(desk: Desk, till: dict[str, Any], method: str = "client_secret_basic") -> OAuth2Client:
    return _opened(
        till["client_id"],
        till["client_secret"],
        token_endpoint=f"{desk.url}/oauth/token",
        token_endpoint_auth_method=method,
    )


def person(desk: Desk, client_id: str) -> OAuth2Client:
    return _opened(
        client_id,
        token_endpoint=f"{desk.url}/oauth/token",
        token_endpoint_auth_method="none",
        redirect_uri=BACK,
        code_challenge_method="S256",
    )


def way_in(desk: Desk, client_id: str, **changes: str) -> str:
    """Return where a client sends a person to."""
    url, _ = person(desk, client_id).create_authorization_url(
        f"{desk.url}/oauth/authorize", state="s-1", code_verifier=VERIFIER
    )
    return str(httpx.URL(url).copy_merge_params(changes))


def reads_orders(desk: Desk, token: str) -> int:
    return httpx.get(f"{desk.url}/orders", headers={"authorization": f"Bearer {token}"}).status_code


def becomes(status: int, desk: Desk, token: str) -> bool:
    """Return whether a token is soon answered so: withdrawals travel as events, and functions look once a second."""
    desk.wait_until_quiet()
    deadline = monotonic() + WITHDRAWN_SECONDS
    while (found := reads_orders(desk, token)) != status and monotonic() < deadline:
        sleep(0.1)
    return found == status


def _opened(*identity: str, **settings: str) -> OAuth2Client:
    client = OAuth2Client(*identity, **settings)
    OPENED.append(client)
    return client
