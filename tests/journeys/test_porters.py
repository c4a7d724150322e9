"""Porters stand between clients and the desk: nobody notices them, alive or dead."""

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from frontdesk.kernel import limits
from tests.journeys.running import NO_TLS, RunningDesk

ORDER = {
    "shop_id": "corner-snacks",
    "channel": "web",
    "customer": {"name": "Ana"},
    "lines": [{"sku": "coffee", "quantity": 1}],
    "delivery": {"method": "collection"},
}
SCOPES = "orders:write orders:read catalogue:read"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[RunningDesk]:
    running = RunningDesk(tmp_path, "--demo", "--porters", "2").start()
    yield running
    running.stop()


def porters_of(desk: RunningDesk) -> list[int]:
    """Return the porters that live, oldest first."""
    path = Path(f"/proc/{desk.pid}/task/{desk.pid}/children")
    found = [int(pid) for pid in path.read_text().split()]
    return [pid for pid in found if b"frontdesk.entrypoints.porter" in cmdline(pid)]


def cmdline(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def until(fact: object, seconds: float = 10.0) -> None:
    """Wait for something to become so."""
    assert callable(fact)
    end = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_an_order_goes_its_way_through_a_porter(desk: RunningDesk) -> None:
    with desk.client(desk.token(SCOPES)) as ana:
        placed = ana.post("/orders", json=ORDER, headers={"Idempotency-Key": "k", "X-Correlation-ID": "mine"})
        again = ana.post("/orders", json=ORDER, headers={"Idempotency-Key": "k"})
        assert (placed.status_code, placed.headers["x-correlation-id"]) == (201, "mine")
        assert (again.json(), again.headers["idempotency-replayed"]) == (placed.json(), "true")
        desk.wait_until_quiet()
        shown = ana.get(placed.headers["location"])
        assert (shown.json()["status"], shown.headers["etag"]) == ("PROCESSED", '"2"')
        assert (
            ana.get("/orders", params={"limit": "5"}).json()["items"][0]["order_id"]
            == placed.json()["order_id"]
        )


def test_faults_are_told_as_without_a_porter(desk: RunningDesk) -> None:
    with desk.client(desk.token(SCOPES)) as ana, desk.client() as stranger:
        assert ana.post("/orders", json={}).status_code == 422
        assert (
            ana.post("/orders", content=b"{", headers={"Content-Type": "application/json"}).status_code == 400
        )
        assert ana.get("/nowhere").status_code == 404
        assert ana.delete("/orders").status_code == 405
        assert stranger.get("/orders").status_code == 401
        too_large = b" " * (limits.BODY_BYTES + 1)
        assert (
            ana.post("/orders", content=too_large, headers={"Content-Type": "application/json"}).status_code
            == 413
        )
        largest = b" " * (limits.BODY_BYTES - 2) + b"{}"
        assert (
            ana.post("/orders", content=largest, headers={"Content-Type": "application/json"}).status_code
            == 422
        )
        head = ana.head("/docs")
        assert (head.status_code, head.content) == (200, b"")


def test_a_porter_that_dies_is_replaced_and_nothing_accepted_is_lost(desk: RunningDesk) -> None:
    with desk.client(desk.token(SCOPES)) as ana:
        before = ana.post("/orders", json=ORDER)
        for pid in porters_of(desk):
            os.kill(pid, signal.SIGKILL)
        until(lambda: len(porters_of(desk)) == 2)
    with desk.client(desk.token(SCOPES)) as ana:
        assert ana.get(before.headers["location"]).status_code == 200
        assert ana.post("/orders", json=ORDER).status_code == 201


def test_porters_leave_when_their_desk_is_killed(tmp_path: Path) -> None:
    desk = RunningDesk(tmp_path, "--porters", "1").start()
    until(lambda: len(porters_of(desk)) == 1)
    (porter,) = porters_of(desk)
    desk.kill()
    until(lambda: not Path(f"/proc/{porter}").exists())


def test_what_is_under_way_is_answered_before_the_desk_closes(desk: RunningDesk) -> None:
    token = desk.token(SCOPES)

    async def order(client: httpx.AsyncClient, number: int) -> int:
        answer = await client.post("/orders", json=ORDER, headers={"Idempotency-Key": f"k{number}"})
        return answer.status_code

    async def crowd() -> list[int | BaseException]:
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=desk.url, headers=headers, verify=NO_TLS, timeout=30) as client:
            orders = [asyncio.create_task(order(client, number)) for number in range(60)]
            await asyncio.wait(orders, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.to_thread(desk.stop)
            return await asyncio.gather(*orders, return_exceptions=True)

    answers = asyncio.run(crowd())
    placed = answers.count(201)
    assert placed >= 1
    assert all(answer in {201, 503} or isinstance(answer, httpx.TransportError) for answer in answers)
    desk.start()
    with desk.client(token) as ana:
        desk.wait_until_quiet()
        found = ana.get("/orders", params={"limit": "100"}).json()["items"]
    assert len(found) >= placed
    assert {order["status"] for order in found} == {"PROCESSED"}
