"""`frontdesk verify`: a desk that keeps its promises is told so, one that does not is told which."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from frontdesk.entrypoints.operations import OPERATIONS
from tests.journeys.desk import Desk
from tests.journeys.running import RunningDesk
from tests.whatsapp.cloud import WhatsAppCloud

PROMISES = 2 + 12 + 11 + 6  # of every desk, of shops, of clinics; and what is put away
BUS = {  # a process has none to look at
    "the bus has told of it",
    "the bus has told of the visit",
    "the watch is taken off the bus",
}
SCOPES = " ".join(("catalogue:read", "clients:write", "orders:read", *OPERATIONS.scopes))


def verified(done: "subprocess.CompletedProcess[str]") -> dict[str, Any]:
    """Return what was found."""
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def outcomes(found: dict[str, Any]) -> dict[str, str]:
    """Return what became of each promise, by name."""
    return {chapter["name"]: chapter["outcome"] for chapter in found["chapters"]}


def test_a_desk_keeps_its_promises_and_what_was_made_is_put_away(desk: Desk) -> None:
    done = desk.command("verify", "--json")

    found = verified(done)
    assert (done.returncode, found["passed"]) == (0, True), done.stdout
    unmet = {name for name, outcome in outcomes(found).items() if outcome != "passed"}
    assert unmet <= BUS
    shop = json.loads(desk.command("shops", "show", found["place"], "--json").stdout)
    orders = json.loads(desk.command("orders", "list", "--shop", found["place"], "--json").stdout)
    assert shop["open"] is False
    assert [order["status"] for order in orders] == ["CANCELLED"]
    visits = json.loads(desk.command("appointments", "list", "--clinic", found["place"], "--json").stdout)
    assert [visit["state"] for visit in visits] == ["cancelled"]


@pytest.mark.embedded
def test_any_desk_is_verified_by_its_url_and_a_token_of_its_operator(tmp_path: Path) -> None:
    with RunningDesk(tmp_path) as own:
        done = at_url(own.url, own.token(SCOPES, "operator"))
        found = verified(done)
        missing = at_url(own.url, "")

    assert (done.returncode, found["url"], len(found["chapters"])) == (0, own.url, PROMISES)
    assert missing.returncode == 2
    assert "FRONTDESK_TOKEN" in missing.stderr


@pytest.mark.embedded
def test_a_desk_that_processes_nothing_is_found_out_and_tidied_all_the_same(tmp_path: Path) -> None:
    with RunningDesk(tmp_path, "--hold-reactions") as own:
        done = own.command("verify", "--json", "--patience", "1")
    found = verified(done)

    assert (done.returncode, found["passed"]) == (1, False)
    told = outcomes(found)
    assert [name for name, outcome in told.items() if outcome == "failed"] == ["an order is taken"]
    assert "its stock is kept for it" not in told
    assert (told["the shop closes"], told["the client is let in no more"]) == ("passed", "passed")


@pytest.mark.embedded
def test_a_desk_that_writes_by_whatsapp_alone_is_verified_and_writes_to_nobody(
    tmp_path: Path, cloud: WhatsAppCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in cloud.settings().items():
        monkeypatch.setenv(f"FRONTDESK_{name}", value)
    before = len(cloud.sent)
    with RunningDesk(tmp_path, "--services", "appointments,notifications") as own:
        found = verified(own.command("verify", "--json"))

    assert found["passed"], found["chapters"]
    assert outcomes(found)["the patient would be written to"] == "passed"
    assert len(cloud.sent) == before


@pytest.mark.embedded
def test_what_is_not_deployed_is_left_out(tmp_path: Path) -> None:
    with RunningDesk(tmp_path, "--services", "catalogue,orders,identity") as own:
        found = verified(own.command("verify", "--json"))

    told = outcomes(found)
    assert found["passed"], found["chapters"]
    assert told["goods come in"] == "left out"
    assert told["an order is taken"] == "passed"


@pytest.mark.embedded
@pytest.mark.parametrize(("signing_in", "token"), [("", "left out"), (",identity", "passed")])
def test_a_clinic_alone_is_told_of_alone_also_where_nobody_signs_in(
    tmp_path: Path, signing_in: str, token: str
) -> None:
    with RunningDesk(tmp_path, "--services", f"appointments,notifications{signing_in}") as own:
        found = verified(own.command("verify", "--json"))
        with own.client() as anybody:
            described = anybody.get("/.well-known/openid-configuration").json()
            keys = anybody.get("/.well-known/jwks.json").json()["keys"]

    told = outcomes(found)
    assert found["passed"], found["chapters"]
    assert "an order is taken" not in told
    assert ("token_endpoint" in described, bool(keys)) == (bool(signing_in), True)
    assert told.pop("a client gets a token") == told.pop("the client is let in no more") == token
    assert {name for name, outcome in told.items() if outcome != "passed"} <= BUS


@pytest.mark.embedded
def test_a_clinic_whose_messages_nobody_takes_over_is_found_out(tmp_path: Path) -> None:
    with RunningDesk(tmp_path, "--services", "appointments,notifications", "--hold-reactions") as own:
        found = verified(own.command("verify", "--json", "--patience", "1"))

    told = outcomes(found)
    assert [name for name, outcome in told.items() if outcome == "failed"] == [
        "the patient would be written to"
    ]
    assert told["the visit is cancelled"] == "passed"


def at_url(url: str, token: str) -> "subprocess.CompletedProcess[str]":
    """Verify a desk by its URL."""
    return subprocess.run(
        [sys.executable, "-m", "frontdesk", "verify", "--url", url, "--json"],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
        env={**os.environ, "FRONTDESK_TOKEN": token},
    )
