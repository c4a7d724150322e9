"""Profiles of AWS's own tools, with botocore as the judge of what a file means."""

import shlex
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import botocore.session
import pytest

from frontdesk.adapters.aws import profiles as module
from frontdesk.adapters.aws.credentials import NoCredentials, from_environment
from frontdesk.adapters.aws.signing import Credentials
from tests.unit.aws.scripted_server import reply, serve

SECRETS = """
[default]
aws_access_key_id = AKIADEFAULT
aws_secret_access_key = hush%default

[ana]
aws_access_key_id=AKIAANA
aws_secret_access_key=hush/ana+=
aws_session_token = token==

[both]
aws_access_key_id = AKIASECRETS
aws_secret_access_key = hush
"""
SETTINGS = """
[default]
region = eu-west-1
s3 =
    max_concurrent_requests = 20

[profile ana]
region = eu-central-1

[profile both]
aws_access_key_id = AKIASETTINGS
aws_secret_access_key = hush
region = us-east-1

[profile settled]
aws_access_key_id = AKIASETTLED
aws_secret_access_key = hush

[profile assuming]
role_arn = arn:aws:iam::123456789012:role/admin
source_profile = default

[profile half]
aws_access_key_id = AKIAHALF
"""
PRINTED = {"Version": 1, "AccessKeyId": "AKIARUN", "SecretAccessKey": "s", "SessionToken": "t"}


@pytest.fixture
def home(tmp_path: Path) -> Mapping[str, str]:
    """Return the environment of somebody with both files."""
    folder = tmp_path / ".aws"
    folder.mkdir()
    (folder / "credentials").write_text(SECRETS, encoding="utf-8")
    (folder / "config").write_text(SETTINGS, encoding="utf-8")
    return {"HOME": str(tmp_path)}


def printing(home: Mapping[str, str], printed: object) -> Mapping[str, str]:
    """Add a profile whose command prints this."""
    command = shlex.join([sys.executable, "-c", f"import json; print(json.dumps({printed!r}))"])
    with (Path(home["HOME"]) / ".aws" / "config").open("a", encoding="utf-8") as file:
        file.write(f"\n[profile run]\ncredential_process = {command}\n")
    return {**home, "AWS_PROFILE": "run"}


@pytest.mark.parametrize("profile", ["", "default", "ana", "both", "settled"])
def test_a_profile_means_what_botocore_takes_it_for(
    home: Mapping[str, str], profile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ = {**home, "AWS_PROFILE": profile} if profile else home
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    theirs = botocore.session.Session().get_credentials()

    ours = from_environment(environ).get()

    assert (ours.access_key, ours.secret_key, ours.token) == (
        theirs.access_key,
        theirs.secret_key,
        theirs.token,
    )


def test_keys_in_the_environment_come_first(home: Mapping[str, str]) -> None:
    environ = {**home, "AWS_PROFILE": "ana", "AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "s"}
    assert from_environment(environ).get() == Credentials("AKIA", "s")


def test_a_container_comes_before_the_default_profile_and_after_a_named_one(home: Mapping[str, str]) -> None:
    with serve(reply(b'{"AccessKeyId":"AKIABOX","SecretAccessKey":"s"}')) as server:
        environ = {**home, "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{server.url}/role"}
        assert from_environment(environ).get().access_key == "AKIABOX"
        assert from_environment({**environ, "AWS_PROFILE": "ana"}).get().access_key == "AKIAANA"


def test_files_may_lie_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "c").write_text("[default]\naws_access_key_id=A\naws_secret_access_key=s\n", encoding="utf-8")
    assert from_environment({"AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "c")}).get().access_key == "A"
    assert from_environment({"AWS_CONFIG_FILE": str(tmp_path / "c")}).get().access_key == "A"


def test_a_command_prints_credentials_that_are_renewed_in_time(home: Mapping[str, str]) -> None:
    environ = printing(home, {**PRINTED, "Expiration": "2026-03-14T09:30:00Z"})
    expires = datetime(2026, 3, 14, 9, 30, tzinfo=UTC).timestamp()
    cache = from_environment(environ, clock=lambda: expires - 1_000)
    assert cache.get() == Credentials("AKIARUN", "s", "t", expires)


@pytest.mark.parametrize("printed", [{**PRINTED, "Version": 2}, {"Version": 1}, "no"])
def test_a_command_that_prints_something_else_is_refused_without_showing_it(
    home: Mapping[str, str], printed: object
) -> None:
    with pytest.raises(NoCredentials, match="profile run") as caught:
        from_environment(printing(home, printed)).get()
    assert "AKIARUN" not in str(caught.value)


def test_a_command_that_takes_too_long_or_is_not_there_is_refused(
    home: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = Path(home["HOME"]) / ".aws" / "config"
    config.write_text("[default]\ncredential_process = sleep 5\n[profile gone]\ncredential_process = /gone\n")
    (config.parent / "credentials").unlink()
    monkeypatch.setattr(module, "PATIENCE", 0.1)
    for environ in (home, {**home, "AWS_PROFILE": "gone"}):
        with pytest.raises(NoCredentials, match="credential_process"):
            from_environment(environ).get()


@pytest.mark.parametrize(
    ("profile", "advice"),
    [("nobody", "no profile nobody"), ("assuming", "export-credentials"), ("half", "aws_secret_access_key")],
)
def test_a_profile_that_gives_no_keys_says_what_to_do(
    home: Mapping[str, str], profile: str, advice: str
) -> None:
    with pytest.raises(NoCredentials, match=advice):
        from_environment({**home, "AWS_PROFILE": profile}).get()


def test_a_file_that_is_no_configuration_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "c").write_text("aws_access_key_id=A\n", encoding="utf-8")
    with pytest.raises(NoCredentials, match="cannot be read"):
        from_environment({"AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "c")}).get()
