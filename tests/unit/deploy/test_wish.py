"""From options to what a tool is asked for, and from its outputs to a stage."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from frontdesk.entrypoints.cli.deploy_wish import deployed, variables_of, wish
from frontdesk.entrypoints.cli.mending import CommandError
from frontdesk.packaging.build import INDEX, Package, Packages


class FakeSession:
    """Whoever is signed in; `endpoint` stands in for AWS."""

    region = "eu-west-1"

    def __init__(self, endpoint: str = "") -> None:
        self.endpoint = endpoint

    def account(self) -> str:
        return "123456789012"

    def environment(self) -> dict[str, str]:
        return {"AWS_REGION": self.region}


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """Return a folder of packages, as `build` leaves it."""
    folder = tmp_path / "packages"
    folder.mkdir()
    base = Package("base.zip", "base-0123456789abcdef.zip", "0123456789abcdef", 9)
    index = Packages(1, "python3.13", "arm64", "manifest.json", {"base": base})
    (folder / INDEX).write_bytes(msgspec.json.encode(index))
    return folder


def wished(packages: Path, endpoint: str = "", **variables: Any) -> Any:
    """Return what is wished for."""
    return wish("dev", FakeSession(endpoint), packages, variables)  # type: ignore[arg-type]  # a fake at the port


def test_texts_win_over_the_file_and_json_is_read_as_its_value(tmp_path: Path) -> None:
    file = tmp_path / "dev.toml"
    file.write_text('bus_name = "a"\nlog_retention_days = 7\n[tags]\nteam = "snacks"\n')

    found = variables_of(
        file, ["bus_name=serverless-snacks-orders", "tracing=true", 'audience=["till"]', "issuer="]
    )

    assert found == {
        "bus_name": "serverless-snacks-orders",
        "log_retention_days": 7,
        "tags": {"team": "snacks"},
        "tracing": True,
        "audience": ["till"],
        "issuer": "",
    }


@pytest.mark.parametrize("text", ["bus_name", "=x", "bus name=x", "a.b=1"])
def test_what_is_no_variable_is_refused(text: str) -> None:
    with pytest.raises(CommandError, match="is not NAME=VALUE"):
        variables_of(None, [text])


@pytest.mark.parametrize(
    ("name", "content"), [("a.json", "[1]"), ("a.json", "{"), ("a.toml", "x"), ("a.json", "\0")]
)
def test_a_file_that_holds_no_variables_is_refused(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)

    with pytest.raises(CommandError, match=name):
        variables_of(tmp_path / name, [])


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Cannot read"):
        variables_of(tmp_path / "none.toml", [])


def test_the_tool_is_asked_for_the_packages_that_were_built(packages: Path) -> None:
    found = wished(packages, bus_name="orders")

    assert found.variables == {
        "stage": "dev",
        "region": "eu-west-1",
        "manifest": str(packages / "manifest.json"),
        "packages": {"base": {"path": str(packages / "base.zip"), "hash": "0123456789abcdef"}},
        "runtime": "python3.13",
        "architecture": "arm64",
        "bus_name": "orders",
    }
    assert found.work == packages.parent


def test_an_emulator_is_named_and_keeps_schedules_where_it_can(packages: Path) -> None:
    found = wished(packages, "http://127.0.0.1:4566").variables

    assert (found["emulator"], found["schedule_group"]) == ("http://127.0.0.1:4566", "default")
    assert (
        wished(packages, "http://127.0.0.1:4566", schedule_group="mine").variables["schedule_group"] == "mine"
    )


@pytest.mark.parametrize(
    "outputs",
    [
        {
            "api_url": "https://x.example/",
            "issuer": "https://i.example",
            "audience": ["till"],
            "bus": "orders",
        },
        {"ApiUrl": "https://x.example", "Issuer": "https://i.example/", "Audience": "till", "Bus": "orders"},
    ],
)
def test_outputs_of_either_tool_make_the_same_stage(packages: Path, outputs: dict[str, Any]) -> None:
    found = deployed(wished(packages), "terraform", outputs)

    assert (found.url, found.issuer) == ("https://x.example", "https://i.example")
    assert (found.audience, found.bus, found.schedules) == ("till", "orders", "frontdesk-dev")
    assert (found.name, found.account, found.settings["stage"]) == ("dev", "123456789012", "dev")


def test_outputs_that_do_not_say_where_the_api_is_are_no_stage(packages: Path) -> None:
    with pytest.raises(CommandError, match="terraform did not say where the API is"):
        deployed(wished(packages), "terraform", {"bus": "orders"})
