"""What is missing for a deployment is named, all of it, with what to do."""

from pathlib import Path

import pytest

from frontdesk.entrypoints.cli import deploy_checks
from frontdesk.entrypoints.cli.deploy import ToolName, ready
from frontdesk.entrypoints.cli.deploy_checks import checks
from frontdesk.entrypoints.cli.mending import CommandError
from tests.unit.deploy.programs import put

pytestmark = pytest.mark.usefixtures("programs")


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that is all of PATH, in an environment that knows nothing of AWS."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    for name in (
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_PROFILE",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return folder


def found(tool: str, region: str = "") -> dict[str, tuple[str, str]]:
    """Return what was found and advised, by need."""
    return {check.need: (check.found, check.advice) for check in checks(tool, region)}


def test_a_program_that_is_not_there_is_told_where_to_get() -> None:
    assert "terraform/install" in found("terraform")["terraform"][1]
    needs = found("cdk")
    assert "nodejs.org" in needs["node"][1]
    assert "nodejs.org" in needs["npm"][1]
    assert "terraform" not in needs


def test_a_program_that_is_too_old_is_told_so(programs: Path) -> None:
    put(programs, "terraform", "echo 'Terraform v1.9.2'")

    version, advice = found("terraform")["terraform"]

    assert version == "1.9.2"
    assert advice.startswith("terraform 1.11 or newer is needed.")


def test_a_program_that_fits_needs_no_advice(programs: Path) -> None:
    put(programs, "terraform", "echo 'Terraform v1.11.4'")
    put(programs, "node", "echo v22.1.0")
    put(programs, "npm", "echo 10.9.0")

    assert found("terraform")["terraform"] == ("1.11.4", "")
    assert (found("cdk")["node"], found("cdk")["npm"]) == (("22.1.0", ""), ("10.9.0", ""))


def test_a_program_that_says_nothing_of_a_version_is_no_help(programs: Path) -> None:
    put(programs, "terraform", "echo hello")

    assert "does not say its version" in found("terraform")["terraform"][1]


def test_a_missing_region_is_told_before_credentials_are_asked_for() -> None:
    needs = found("terraform")

    assert "--region" in needs["region"][1]
    assert "credentials" not in needs


def test_missing_credentials_are_told() -> None:
    needs = found("terraform", "eu-west-1")

    assert needs["region"] == ("eu-west-1", "")
    assert "aws sso login" in needs["credentials"][1]


def test_a_python_that_lambda_does_not_have_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deploy_checks, "PYTHONS", ((3, 98), (3, 99)))

    assert found("terraform")["python"][1] == "Lambda runs Python 3.98 to 3.99. Use one of them."


def test_everything_that_is_missing_is_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError) as refused:
        ready(ToolName.TERRAFORM, "")

    assert refused.value.exit_status == 2
    assert "terraform:" in str(refused.value)
    assert "region:" in str(refused.value)
    assert "found python" in capsys.readouterr().err
