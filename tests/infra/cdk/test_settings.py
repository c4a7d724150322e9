"""One file of variables serves both tools, so both must know the same."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.infra.cdk.synth import PYTHON, ROOT, SynthesisFailed, cdk_or_skip, run, synthesised, variables

pytestmark = [pytest.mark.stage, pytest.mark.timeout(400)]

_VARIABLE = re.compile(r'^variable "(\w+)" \{.*?^\}', re.MULTILINE | re.DOTALL)
_DEFAULT = re.compile(r"^  default +=\s(.+?)$", re.MULTILINE)
_FIELDS = (
    "import dataclasses, json\n"
    "from frontdesk_cdk.settings import Settings\n"
    "needed = Settings(stage='dev', region='', manifest='')\n"
    "print(json.dumps(dataclasses.asdict(needed)))\n"
)
_READING = (
    "import sys\n"
    "from pathlib import Path\n"
    "from frontdesk_cdk import manifest, settings\n"
    "found = settings.read(Path(sys.argv[1]))\n"
    "manifest.served_with(manifest.read(Path(found.manifest)), found.issuer)\n"
)


@pytest.fixture(scope="module", autouse=True)
def _cdk() -> None:
    cdk_or_skip()


def test_the_variables_and_their_defaults_are_those_of_terraform() -> None:
    text = (ROOT / "infra" / "terraform" / "variables.tf").read_text()
    described = {found[1]: _DEFAULT.search(found[0]) for found in _VARIABLE.finditer(text)}
    ours: dict[str, Any] = msgspec.json.decode(run(PYTHON, "-c", _FIELDS))

    assert described.keys() == ours.keys()
    for name, default in described.items():
        if default is not None:
            assert _value(default[1]) == ours[name], name


@pytest.mark.parametrize("stage", ["Dev", "dev_anna", "test", "dev-", "preview-" + "x" * 20])
def test_what_no_name_can_be_made_of_is_no_stage(tmp_path: Path, stage: str) -> None:
    with pytest.raises(SynthesisFailed, match="Use dev, staging, production"):
        _read(tmp_path, variables(tmp_path, stage, "catalogue identity"))


def test_a_variable_that_does_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SynthesisFailed, match=r"unknown \['memroy'\]"):
        _read(tmp_path, variables(tmp_path, "dev", "catalogue identity", memroy={}))


def test_a_stage_that_nobody_could_come_in_to_is_refused(tmp_path: Path) -> None:
    given = variables(tmp_path, "dev", "catalogue")
    written = Path(given["manifest"])
    made = msgspec.json.decode(written.read_bytes())
    found = made["deployment"]["routes"]
    made["deployment"]["routes"] = [route for route in found if "/.well-known/" not in route["route_key"]]
    written.write_bytes(msgspec.json.encode(made))

    with pytest.raises(SynthesisFailed, match="Nobody issues tokens here"):
        _read(tmp_path, given)


def test_a_manifest_of_another_format_is_refused(tmp_path: Path) -> None:
    given = variables(tmp_path, "dev", "catalogue identity")
    Path(given["manifest"]).write_text('{"format": 1}')

    with pytest.raises(SynthesisFailed, match="no manifest of format 2"):
        _read(tmp_path, given)


def test_a_package_without_code_is_named(tmp_path: Path) -> None:
    given = variables(tmp_path, "dev", "catalogue identity")
    del given["packages"]["identity"]

    with pytest.raises(SynthesisFailed, match="neither a zip nor an image of the package 'identity'"):
        synthesised(given)


def _read(folder: Path, given: dict[str, Any]) -> None:
    """Read the variables and the manifest as the app does before it makes anything: in a tenth of the time."""
    file = folder / "settings.json"
    file.write_bytes(msgspec.json.encode(given))
    run(PYTHON, "-c", _READING, str(file))


def _value(written: str) -> Any:
    """Return the value of a default as Terraform writes it: JSON, but for names without quotes and `=`."""
    return msgspec.json.decode(re.sub(r"(\w+) = ", r'"\1": ', written))
