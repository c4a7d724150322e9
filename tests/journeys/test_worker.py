"""The second process: it answers, it is killed, its desk is killed, and callers see no more of it than they must."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from itertools import count
from pathlib import Path
from typing import Any, Self

import httpx
import pytest

from frontdesk.adapters.embedded import precedence
from frontdesk.adapters.embedded.processors import processors
from frontdesk.kernel import limits
from tests.journeys.agreement import reconciled
from tests.journeys.clinics import Clinic
from tests.journeys.oauth import a_till, close_clients, machine, operator, reads_orders
from tests.journeys.running import RunningDesk
from tests.journeys.shops import Shop
from tests.journeys.test_watching import figures

pytestmark = pytest.mark.embedded

CROWD = 20
ROUNDS = 10  # that the crowd goes on for in the worker
CLIENTS, ORDERS_EACH = 12, 30
WAIT_SECONDS = 30.0  # for what takes a second or two on an idle machine
NICEST = 19  # as far as the system goes
GONE_SECONDS = 10.0  # that a worker may take to find that its desk is gone


@contextmanager
def a_desk(folder: Path, worker: str) -> Iterator[tuple[RunningDesk, Shop]]:
    """Give a desk and a shop that sells soap, of which there is always some."""
    with RunningDesk(folder, "--worker", worker) as desk, Shop(desk, "bath") as shop:
        shop.set_up({"soap": None})
        yield desk, shop


def worker_of(desk: RunningDesk) -> int:
    """Return which process is the desk's worker."""
    (pid,) = Path(f"/proc/{desk.pid}/task/{desk.pid}/children").read_text().split()
    return int(pid)


def precedences(pid: int) -> list[int]:
    """Return the nice values of a process's threads, its first one's first: who has less goes first."""
    threads = sorted(Path(f"/proc/{pid}/task").iterdir(), key=lambda thread: int(thread.name))
    return [int((thread / "stat").read_text().rpartition(")")[2].split()[16]) for thread in threads]


def lives(pid: int) -> bool:
    """Return whether a process runs. One that only waits for its parent to look does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until(seen: Callable[[], bool], what: str, seconds: float = WAIT_SECONDS) -> None:
    """Return when something is so. Raises AssertionError."""
    deadline = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


class Crowd:
    """Clients that each keep one connection, and ask all at once. A connection that is lost is not opened again."""

    def __init__(self, desk: RunningDesk, token: str, size: int) -> None:
        url = httpx.URL(desk.url)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._clients = [HTTPConnection(url.host, url.port or 0, timeout=WAIT_SECONDS) for _ in range(size)]
        for client in self._clients:
            client.connect()
            client.auto_open = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for client in self._clients:
            client.close()

    def order(self, body: Mapping[str, Any]) -> list[int]:
        """Send an order of everybody, then take the answers. Returns their statuses."""
        content = json.dumps(body).encode()
        for client in self._clients:
            client.request("POST", "/orders", content, self._headers)
        return [_read(client.getresponse()) for client in self._clients]


def _read(answer: HTTPResponse) -> int:
    answer.read()
    return answer.status


@pytest.mark.skipif(processors() < 2, reason="a worker would have no processor of its own")
def test_a_crowd_gets_a_worker_and_goes_on_with_the_connections_it_has(tmp_path: Path) -> None:
    statuses: list[int] = []
    with a_desk(tmp_path, "auto") as (desk, shop):
        body, token = shop.body({"soap": 1}), desk.token("orders:write", "crowd")
        before = figures(desk)
        with Crowd(desk, token, CROWD) as crowd:

            def is_helped() -> bool:
                statuses.extend(crowd.order(body))
                return figures(desk)["frontdesk_worker_ready",] == 1

            wait_until(is_helped, "nobody came to help")
            for _ in range(ROUNDS):
                statuses += crowd.order(body)

        def is_counted() -> bool:  # on a busy machine a page waits in vain for what the worker has counted
            return figures(desk)["frontdesk_requests_total", "POST", "/orders", "201"] >= len(statuses)

        wait_until(is_counted, "not all was counted")
        after = figures(desk)
        stored = len(desk.standings())
        reconciled(desk)
        assert desk.stop() == 0

    assert before["frontdesk_worker_ready",] == 0
    assert set(statuses) == {201}
    assert stored == len(statuses)
    assert after["frontdesk_requests_total", "POST", "/orders", "201"] == len(statuses)
    assert after["frontdesk_request_seconds_count", "POST", "/orders"] == len(statuses)
    assert after["frontdesk_worker_ends_total",] == 0


def test_the_desk_goes_first_then_its_worker_then_what_moves_the_log(tmp_path: Path) -> None:
    with RunningDesk(tmp_path, "--worker", "always") as desk:
        first, *others = precedences(desk.pid)
        workers = precedences(worker_of(desk))
    assert workers[0] == min(NICEST, first + precedence.WORKER)
    *commits, last = sorted(others)
    assert last == min(NICEST, first + precedence.BACKGROUND)
    assert set(commits) == {first}, "a commit waits for nobody"


def orders(
    desk: RunningDesk, body: Mapping[str, Any], keys: Iterable[str], answered: list[str], *, insists: bool
) -> None:
    """Place an order with each key, and note what was answered. Who does not insist leaves when an answer fails."""
    with desk.client(desk.token("orders:write", "crowd")) as http:
        for key in keys:
            deadline = time.monotonic() + WAIT_SECONDS
            while not (id := placed(http, body, key)):
                if not insists or time.monotonic() > deadline:
                    return
                time.sleep(0.1)
            answered.append(id)


def placed(http: httpx.Client, body: Mapping[str, Any], key: str) -> str:
    """Return the id of an order, "" when the connection was lost or the desk is busy."""
    try:
        answer = http.post("/orders", json=body, headers={"Idempotency-Key": key})
    except httpx.TransportError:
        return ""
    assert answer.status_code in {201, 503}, answer.text
    return str(answer.json().get("order_id", ""))


def test_a_worker_is_killed_among_orders_and_each_of_them_is_placed_once(tmp_path: Path) -> None:
    answered: list[str] = []
    with ThreadPoolExecutor(CLIENTS) as pool, a_desk(tmp_path, "always") as (desk, shop):
        body = shop.body({"soap": 1})
        crowd = []
        for client in range(CLIENTS):
            keys = [f"{client}-{n}" for n in range(ORDERS_EACH)]
            crowd.append(pool.submit(orders, desk, body, keys, answered, insists=True))
        wait_until(lambda: len(answered) >= CLIENTS * 3, "no orders came through")
        os.kill(worker_of(desk), signal.SIGKILL)
        for one in crowd:
            one.result()
        reconciled(desk)
        ends, standings = figures(desk)["frontdesk_worker_ends_total",], desk.standings()
        assert desk.stop() == 0
        judged = desk.command("reconcile")

    assert len(answered) == CLIENTS * ORDERS_EACH
    assert sorted(standings) == sorted(answered)
    assert {*standings.values()} == {"PROCESSED"}
    assert judged.returncode == 0, judged.stdout
    assert ends == 1


def test_a_stop_with_requests_in_the_worker_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    answered: list[str] = []
    with ThreadPoolExecutor(CLIENTS) as pool, a_desk(tmp_path, "always") as (desk, shop):
        body, worker = shop.body({"soap": 1}), worker_of(desk)
        crowd = []
        for client in range(CLIENTS):
            keys = map(f"{client}-{{}}".format, count())
            crowd.append(pool.submit(orders, desk, body, keys, answered, insists=False))
        wait_until(lambda: len(answered) >= CLIENTS * 4, "no orders came through")
        status = desk.stop()
        for one in crowd:
            one.result()
        stays, standings = lives(worker), desk.standings()

    assert status == 0
    assert not stays
    assert {*answered} <= standings.keys()


def test_a_worker_ends_with_its_desk_and_the_next_desk_goes_on(tmp_path: Path) -> None:
    with a_desk(tmp_path, "always") as (desk, shop):
        placed = [shop.buy({"soap": 1}) for _ in range(5)]
        first = worker_of(desk)
        desk.kill()
        desk.start()  # at once: the worker before may just be ending
        wait_until(lambda: not lives(first), "it stays without a desk", GONE_SECONDS)
        with Shop(desk, "bath") as again:
            placed.append(again.buy({"soap": 1}))
        reconciled(desk)
        second, standings = worker_of(desk), desk.standings()
        assert desk.stop() == 0

    assert first != second
    assert standings == dict.fromkeys(placed, "PROCESSED")


def test_a_worker_lets_nobody_in_who_is_out(tmp_path: Path) -> None:
    with RunningDesk(tmp_path, "--worker", "always") as desk:
        till, other = a_till(desk), a_till(desk)
        given = [
            machine(desk, one).fetch_token(grant_type="client_credentials") for one in (till, till, other)
        ]
        tokens = [str(one["access_token"]) for one in given]
        before = [reads_orders(desk, token) for token in tokens]
        machine(desk, till).revoke_token(f"{desk.url}/oauth/revoke", tokens[0], "access_token")
        desk.wait_until_quiet()  # it travels as an event
        revoked = [reads_orders(desk, token) for token in tokens]
        operator(desk, "POST", f"/clients/{till['client_id']}/revoke", {"reason": "contract ended"})
        desk.wait_until_quiet()
        withdrawn = [reads_orders(desk, token) for token in tokens]
        operator(desk, "POST", "/keys/rotate", {"at_once": True})
        rotated = [reads_orders(desk, token) for token in tokens]
        fresh = str(machine(desk, other).fetch_token(grant_type="client_credentials")["access_token"])
        after = reads_orders(desk, fresh)
        close_clients()

    assert (before, revoked, withdrawn) == ([200, 200, 200], [401, 200, 200], [401, 401, 200])
    assert (rotated, after) == ([401, 401, 401], 200)


def test_answers_are_the_same_with_a_worker_and_without(tmp_path: Path) -> None:
    alone, helped = (answers(tmp_path / worker, worker) for worker in ("never", "always"))

    assert helped == alone
    assert [status for status, *_ in alone] == [413, 404, 405, 405, 200, 200, 401, 422, 404, 201, 409]


def answers(folder: Path, worker: str) -> list[tuple[int, str, str, str]]:
    """Ask a desk all kinds of things, and return the statuses, two headers and the codes of its answers."""
    folder.mkdir()
    asked: list[httpx.Response] = []
    with RunningDesk(folder, "--worker", worker) as desk, Clinic(desk, "olmos") as clinic:
        clinic.set_up()
        with desk.client() as http:
            asked.append(clinic.staff.post("/appointments", content=b" " * (limits.BODY_BYTES + 1)))
            asked += [http.get("/nowhere"), http.put("/orders"), http.post("/docs"), http.head("/health")]
            asked += [http.get("/health"), http.get("/orders"), clinic.staff.post("/appointments", json={})]
        asked.append(clinic.staff.get("/appointments/apt_of_nobody"))
        wish = clinic.wish("Ana Torres", "+525512345678", "2099-06-01", "10:00")
        asked += [clinic.staff.post("/appointments", json=wish) for _ in range(2)]
        assert worker == "never" or figures(desk)["frontdesk_worker_ready",] == 1
    return [_essence(answer) for answer in asked]


def _essence(answer: httpx.Response) -> tuple[int, str, str, str]:
    said = answer.headers["content-type"]
    code = answer.json()["code"] if "problem" in said else ""
    return answer.status_code, said, answer.headers.get("allow", ""), code
