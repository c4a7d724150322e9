"""Keys in parameters: what is not seen yet, what passes, and what it costs to import them."""

import subprocess
import sys

import pytest

from frontdesk.adapters.aws.keys import ParameterKeys
from frontdesk.adapters.aws.parameters import Parameters
from frontdesk.adapters.memory.clock import FixedClock
from frontdesk.kernel.errors import Unavailable
from tests.unit.aws.scripted_client import SILENCE, Outcome, ScriptedClient, refused
from tests.unit.driver import START

NOTHING: Outcome = {"Parameters": []}


def keys(*outcomes: Outcome) -> tuple[ParameterKeys, ScriptedClient]:
    client = ScriptedClient(*outcomes)
    return ParameterKeys(Parameters(client), "/frontdesk-dev/keys", FixedClock(START)), client


def seen(name: str, value: str) -> Outcome:
    return {"Parameters": [{"Name": f"/frontdesk-dev/keys/{name}", "Value": value}]}


def test_what_was_made_and_cannot_be_seen_yet_is_waited_for() -> None:
    made, client = keys(NOTHING, {}, NOTHING)
    with pytest.raises(Unavailable):
        made.begin(".pem", "a.pem", lambda: b"x")
    assert client.asked() == ["GetParametersByPath", "PutParameter", "GetParametersByPath"]


def test_who_comes_second_takes_what_the_first_has_made() -> None:
    made, client = keys(NOTHING, refused("ParameterAlreadyExists"), seen("first.pem", "b.pem Yg=="))
    made.begin(".pem", "a.pem", lambda: b"a")
    assert made.all() == {"b.pem": b"b"}
    assert client.calls[1][2]["Name"] == "/frontdesk-dev/keys/first.pem"
    assert client.calls[1][2]["Type"] == "SecureString"


def test_a_name_that_is_taken_under_another_parameter_is_taken() -> None:
    made, client = keys(seen("first.pem", "a.pem Yg=="))
    assert not made.create("a.pem", b"x")
    assert client.asked() == ["GetParametersByPath"]


def test_removing_finds_the_parameter_by_the_name_in_it() -> None:
    made, client = keys(seen("first.pem", "a.pem Yg=="), {}, NOTHING)
    made.remove("a.pem")
    assert client.calls[1][1:] == ("DeleteParameter", {"Name": "/frontdesk-dev/keys/first.pem"})
    assert made.all() == {}


def test_silence_passes_and_so_does_another_who_writes_the_same() -> None:
    for outcomes in ([SILENCE], [NOTHING, refused("TooManyUpdates")]):
        made, _ = keys(*outcomes)
        with pytest.raises(Unavailable):
            made.begin("seals", "seals", lambda: b"x")


def test_whoever_only_keeps_keys_does_not_import_what_signs_with_them() -> None:
    program = "import sys, frontdesk.adapters.aws.keys; print('joserfc' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
