"""The commands as an operator gives them: beside a running server, without one, and one that was killed."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.orders import order
from tests.journeys.running import RunningDesk

pytestmark = pytest.mark.embedded

SHOP = "corner-snacks"
TRAFFIC = ("traffic", "--shop", SHOP, "--rate", "60", "--duration", "2", "--connections", "8")


def frontdesk(data: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end."""
    command = [sys.executable, "-m", "frontdesk", *words, "--data", str(data)]
    return subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)


def told(data: Path, *words: str) -> Any:
    """Return what a command tells as JSON."""
    done = frontdesk(data, *words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def own_desk(tmp_path: Path) -> Iterator[RunningDesk]:
    """Return a desk to start, stop and kill."""
    desk = RunningDesk(tmp_path, "--demo")
    yield desk
    desk.kill()


def place(desk: RunningDesk) -> str:
    """Place an order over HTTP and return its id."""
    with desk.client(desk.token("orders:write")) as http:
        id: str = http.post("/orders", json=order()).json()["order_id"]
    return id


def test_a_command_goes_through_the_server_that_has_the_data(own_desk: RunningDesk) -> None:
    own_desk.start()
    id = place(own_desk)
    own_desk.wait_until_quiet()

    listed = told(own_desk.data, "orders", "list", "--shop", SHOP)
    cancelled = told(own_desk.data, "orders", "cancel", id)
    own_desk.wait_until_quiet()
    shown = told(own_desk.data, "orders", "show", id)

    assert [order["order_id"] for order in listed] == [id]
    assert cancelled["status"] == "CANCELLED"
    assert [step["by"] for step in shown["timeline"]][-1] == "operator"


def test_only_the_owner_of_the_data_can_read_where_the_server_is_and_a_stop_takes_it_back(
    own_desk: RunningDesk,
) -> None:
    own_desk.start()
    place = own_desk.data / "server.json"

    assert place.stat().st_mode & 0o777 == 0o600
    assert json.loads(place.read_text())["url"] == own_desk.url
    own_desk.stop()
    assert not place.exists()


def test_without_a_server_the_same_command_opens_the_desk_itself(own_desk: RunningDesk) -> None:
    own_desk.start()
    id = place(own_desk)
    own_desk.stop()

    cancelled = told(own_desk.data, "orders", "cancel", id)
    own_desk.start()

    assert cancelled["status"] == "CANCELLED"
    assert told(own_desk.data, "orders", "show", id)["status"] == "CANCELLED"


def test_a_server_that_was_killed_is_not_asked(own_desk: RunningDesk) -> None:
    own_desk.start()
    id = place(own_desk)
    own_desk.kill()

    assert (own_desk.data / "server.json").exists()
    assert told(own_desk.data, "orders", "show", id)["order_id"] == id


def test_commands_that_open_the_desk_wait_for_each_other(own_desk: RunningDesk) -> None:
    own_desk.start()
    own_desk.stop()
    command = [sys.executable, "-m", "frontdesk", "orders", "list", "--shop", SHOP, "--data"]
    together = [
        subprocess.Popen([*command, str(own_desk.data)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for _ in range(3)
    ]

    assert [process.communicate(timeout=50)[1] for process in together] == [b"", b"", b""]
    assert [process.returncode for process in together] == [0, 0, 0]


def test_what_the_user_can_mend_is_a_sentence_and_status_2(desk: RunningDesk) -> None:
    refused = frontdesk(desk.data, "orders", "show", "ord_nobody")

    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == "frontdesk: There is no such thing here.\n"


def test_a_service_that_does_not_exist_is_named(tmp_path: Path) -> None:
    refused = frontdesk(tmp_path, "up", "--services", "orders,flowers", "--port", "0")

    assert refused.returncode == 2
    assert "There is no service flowers" in refused.stderr


def test_a_service_left_out_misses_nothing(own_desk: RunningDesk) -> None:
    own_desk.start()
    own_desk.stop()
    own_desk.start("--services", "catalogue,orders")
    id = place(own_desk)
    own_desk.wait_until_quiet()
    waiting = told(own_desk.data, "orders", "show", id, "--shop", SHOP)["status"]
    own_desk.stop()
    own_desk.start()
    own_desk.wait_until_quiet()

    assert waiting == "NEW"
    assert told(own_desk.data, "orders", "show", id)["status"] == "PROCESSED"


def test_a_load_is_sent_and_every_order_is_accounted_for(own_desk: RunningDesk) -> None:
    own_desk.start()

    done = told(own_desk.data, *TRAFFIC, "--spike", "0.5:3:0.5")

    assert (done["requests"], done["accepted"], done["unanswered"]) == (180, 180, 0)
    assert (done["ends"]["lost"], done["ends"]["doubled"], done["ends"]["unfinished"]) == (0, 0, 0)
    assert sum(done["ends"]["statuses"].values()) == 180
    assert 0 < done["accepted_ms"]["p50"] <= done["accepted_ms"]["p99"] <= done["accepted_ms"]["max"]


def test_a_load_whose_orders_do_not_end_says_so_with_status_1(own_desk: RunningDesk) -> None:
    own_desk.start()
    own_desk.stop()
    own_desk.start("--hold-reactions")

    done = frontdesk(own_desk.data, *TRAFFIC, "--patience", "1")

    assert done.returncode == 1
    assert "unfinished\t120" in done.stdout


def test_a_load_whose_desk_dies_ends_with_a_sentence(own_desk: RunningDesk) -> None:
    own_desk.start()
    load = subprocess.Popen(
        [sys.executable, "-m", "frontdesk", *TRAFFIC, "--data", str(own_desk.data)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "NO_COLOR": "1"},
    )
    token = own_desk.token("orders:read", "olga", [f"shop:{SHOP}=owner"])
    with own_desk.client(token) as http:
        while not http.get("/orders", params={"shop_id": SHOP}).json()["items"]:
            assert load.poll() is None
    own_desk.kill()
    _, said = load.communicate(timeout=50)

    assert load.returncode == 1
    assert "does not answer" in said
    assert "Traceback" not in said
