"""Credentials on a person's machine: a profile in the files that AWS's own tools keep. No function needs this.

A profile has keys, or names a command that prints some (`credential_process`). Roles and single sign-on are left to
AWS's tools: `aws configure export-credentials` turns any profile into keys for the environment.
"""

import configparser
import shlex
import subprocess
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec

from frontdesk.adapters.aws.signing import Credentials

PATIENCE = 60  # seconds for a command, which may have to ask somebody
_ELSEWHERE = ("role_arn", "sso_session", "sso_start_url", "web_identity_token_file")
_VERSION = 1


class ProfileError(Exception):
    """A profile that cannot be used. The message says what to do, and quotes no secret."""


class _Printed(msgspec.Struct, rename="pascal"):
    """What such a command prints. Source: the guide of AWS's command line, "Sourcing credentials externally"."""

    version: int
    access_key_id: str
    secret_access_key: str
    session_token: str | None = None
    expiration: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


def profile_credentials(environ: Mapping[str, str]) -> Credentials | None:
    """Return the credentials of AWS_PROFILE, or of the default profile; None if nothing speaks of it.

    Raises ProfileError when the profile was named and is not there, or needs what only AWS's tools can do.
    """
    name = _name(environ)
    secrets, settings = _sections(environ)
    if not secrets and not settings:
        if environ.get("AWS_PROFILE"):
            raise ProfileError(f"there is no profile {name} in AWS's configuration files")
        return None
    if "aws_access_key_id" in secrets:
        return _keys(secrets, name)
    merged = {**settings, **secrets}
    if "credential_process" in merged:
        return _run(merged["credential_process"], name)
    if any(way in merged for way in _ELSEWHERE):
        raise ProfileError(
            f"profile {name} has no keys of its own: run "
            f'`eval "$(aws configure export-credentials --profile {name} --format env)"` first'
        )
    return _keys(settings, name) if "aws_access_key_id" in settings else None


def _name(environ: Mapping[str, str]) -> str:
    return environ.get("AWS_PROFILE") or "default"


def _sections(environ: Mapping[str, str]) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return what the credentials file and the configuration file say of the profile."""
    name = _name(environ)
    secrets = _read(environ, "AWS_SHARED_CREDENTIALS_FILE", "credentials")
    settings = _read(environ, "AWS_CONFIG_FILE", "config")
    titles = [f"profile {name}", *([name] if name == "default" else [])]
    title = next((title for title in titles if settings.has_section(title)), "")
    return _section(secrets, name), _section(settings, title)


def _section(file: configparser.RawConfigParser, title: str) -> Mapping[str, str]:
    return dict(file.items(title)) if file.has_section(title) else {}


def _read(environ: Mapping[str, str], variable: str, usual: str) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(default_section="")  # [default] is a profile like any other
    path = environ.get(variable) or (Path(environ["HOME"]) / ".aws" / usual if environ.get("HOME") else None)
    try:
        parser.read(path or (), encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError) as cause:
        raise ProfileError(f"{path} cannot be read as a configuration file") from cause
    return parser


def _keys(found: Mapping[str, str], name: str) -> Credentials:
    access_key, secret_key = found["aws_access_key_id"], found.get("aws_secret_access_key")
    if not secret_key:
        raise ProfileError(f"profile {name} has an aws_access_key_id and no aws_secret_access_key")
    return Credentials(access_key, secret_key, found.get("aws_session_token") or None)


def _run(command: str, name: str) -> Credentials:
    try:
        # The owner of this machine wrote the command into the file for this very purpose.
        done = subprocess.run(shlex.split(command), capture_output=True, check=True, timeout=PATIENCE)  # noqa: S603
        printed = msgspec.json.decode(done.stdout, type=_Printed)
    except (OSError, ValueError, subprocess.SubprocessError):
        # Neither the cause nor the output is shown: both may hold secrets.
        raise ProfileError(f"the credential_process of profile {name} did not print credentials") from None
    if printed.version != _VERSION:
        raise ProfileError(f"the credential_process of profile {name} speaks a version other than {_VERSION}")
    expires = printed.expiration.timestamp() if printed.expiration else None
    return Credentials(printed.access_key_id, printed.secret_access_key, printed.session_token, expires)
