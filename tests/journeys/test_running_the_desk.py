"""The desk as its operator meets it: start, stop, health, logs, and a second server on the same data."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest

from frontdesk import bootstrap
from frontdesk.kernel.services import subscribers
from tests.journeys.orders import order
from tests.journeys.running import RunningDesk

pytestmark = pytest.mark.embedded


def test_a_stop_under_load_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    desk = RunningDesk(tmp_path, "--demo").start()
    token = desk.token("orders:write orders:read")
    answered: list[str] = []

    def client() -> None:
        with desk.client(token) as http:
            while True:
                try:
                    answer = http.post("/orders", json=order())
                except httpx.TransportError:
                    return
                if answer.status_code != 201:
                    return
                answered.append(answer.headers["Location"])

    clients = [threading.Thread(target=client) for _ in range(8)]
    for thread in clients:
        thread.start()
    while len(answered) < 50 and any(thread.is_alive() for thread in clients):
        threading.Event().wait(0.01)
    status = desk.stop()
    for thread in clients:
        thread.join()

    desk.start()
    with desk.client(token) as http:
        missing = [place for place in answered if http.get(place).status_code != 200]
    desk.stop()
    assert status == 0
    assert len(answered) >= 50
    assert missing == []


def test_a_second_server_on_the_same_data_is_refused_with_advice(desk: RunningDesk) -> None:
    command = [sys.executable, "-m", "frontdesk", "up", "--data", str(desk.data), "--port", "0"]

    second = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)

    assert second.returncode == 2
    assert "in use by process" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_taken_port_is_refused_with_advice(desk: RunningDesk, tmp_path: Path) -> None:
    port = desk.url.rsplit(":", 1)[1]
    command = [sys.executable, "-m", "frontdesk", "up", "--data", str(tmp_path / "other"), "--port", port]

    second = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)

    assert second.returncode == 2
    assert "Choose another --port" in second.stderr


def test_health_is_for_machines_and_names_what_lags(desk: RunningDesk) -> None:
    desk.wait_until_quiet()

    health = desk.health()

    assert health["status"] == "ready"
    assert health["dead_letters"] == 0
    assert health["backlog"] == dict.fromkeys(subscribers(bootstrap.choose()), 0)


def test_held_reactions_wait_in_the_log_and_are_done_after_a_restart(tmp_path: Path) -> None:
    desk = RunningDesk(tmp_path, "--demo").start()
    desk.stop()  # it has its price list now
    desk.start("--hold-reactions")
    token = desk.token("orders:write orders:read")
    with desk.client(token) as http:
        place = http.post("/orders", json=order()).headers["Location"]
        held = http.get(place).json()["status"]
    desk.stop()
    desk.start()
    desk.wait_until_quiet()

    with desk.client(token) as http:
        released = http.get(place).json()["status"]
    desk.stop()
    assert (held, released) == ("NEW", "PROCESSED")


def test_a_refusal_is_logged_as_json_with_the_callers_correlation_id(
    ana: httpx.Client, desk: RunningDesk
) -> None:
    answer = ana.post("/orders", json=order(expected_total=1), headers={"X-Correlation-Id": "till-7"})

    *whole, _ = desk.log.read_text().split("\n")  # not splitlines: a logged path may hold U+2028
    lines = [json.loads(line) for line in whole]
    ours = [line for line in lines if line.get("correlation_id") == "till-7"]
    assert answer.headers["X-Correlation-Id"] == "till-7"
    assert answer.json()["correlation_id"] == "till-7"
    assert [line["code"] for line in ours] == ["price_changed"]


def test_the_reference_can_be_read_without_a_token(desk: RunningDesk) -> None:
    with desk.client() as http:
        page = http.get("/docs")
        errors = http.get("/docs/errors")
        document = http.get("/openapi.json").json()

    assert "/orders/{id}/cancel" in page.text
    assert 'id="key_reused"' in errors.text
    assert document["openapi"] == "3.1.0"
