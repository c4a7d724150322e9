"""AWS as whoever sits at this workstation may use it: their profile, their region, their credentials."""

from __future__ import annotations

import os
from typing import Any, Protocol

from frontdesk.bootstrap import MissingPackagesError
from frontdesk.entrypoints.cli.mending import FOUND, CommandError

MISSING = "Talking to AWS needs more packages: pip install 'frontdesk[deploy]'."
NO_REGION = "No region is set. Name one with --region or in AWS_REGION, or for good: aws configure set region eu-west-1"
NO_CREDENTIALS = (
    "No AWS credentials were found. Sign in with `aws sso login`, name a profile in AWS_PROFILE, "
    "or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
)
EXPIRED = "AWS does not accept these credentials: {}. Sign in again, with `aws sso login` or new keys."


class Closable(Protocol):
    """What holds connections."""

    def close(self) -> None:
        """Hang up."""


class Session:
    """One account, one region. Raises CommandError with advice for whatever is missing; MissingPackagesError."""

    def __init__(self, region: str = "") -> None:
        try:
            import boto3  # noqa: PLC0415 - only the commands that talk to AWS need it
            from botocore.exceptions import ProfileNotFound  # noqa: PLC0415
        except ModuleNotFoundError:
            raise MissingPackagesError(MISSING) from None
        try:
            self._session = boto3.Session(region_name=region or os.environ.get("AWS_REGION"))
        except ProfileNotFound as error:
            raise CommandError(f"{error}. See ~/.aws/config.") from None
        if not self._session.region_name:
            raise CommandError(NO_REGION)
        self.region: str = self._session.region_name
        self._clients: dict[str, Any] = {}
        self._further: list[Closable] = []
        self._account = ""

    def client(self, service: str) -> Any:
        """Return the client of a service, always the same."""
        if service not in self._clients:
            from botocore.config import Config  # noqa: PLC0415 - as above

            path_style = {"addressing_style": "path"} if self.endpoint else {}
            retries = {"mode": "standard", "total_max_attempts": 5}
            self._clients[service] = self._session.client(
                service, config=Config(retries=retries, s3=path_style)
            )
        return self._clients[service]

    def close(self) -> None:
        """Hang up. A command that ends does so by itself."""
        for client in (*self._clients.values(), *self._further):
            client.close()
        self._clients.clear()

    def hang_up_with(self, client: Closable) -> None:
        """Let `close` close another client, too."""
        self._further.append(client)

    @property
    def endpoint(self) -> str:
        """What stands in for AWS, "" for AWS itself."""
        return os.environ.get("AWS_ENDPOINT_URL", "")

    def account(self) -> str:
        """Return the account's number. Raises CommandError where nobody is signed in."""
        if not self._account:
            from botocore import exceptions  # noqa: PLC0415 - as above

            missing = (exceptions.NoCredentialsError, exceptions.PartialCredentialsError)
            try:
                self._account = self.client("sts").get_caller_identity()["Account"]
            except missing:
                raise CommandError(NO_CREDENTIALS) from None
            except (
                exceptions.ClientError,
                exceptions.SSOTokenLoadError,
                exceptions.TokenRetrievalError,
            ) as error:
                raise CommandError(EXPIRED.format(error)) from None
            except exceptions.EndpointConnectionError as error:
                raise CommandError(f"AWS does not answer: {error}", exit_status=FOUND) from None
        return self._account

    def credentials(self) -> Any:
        """Return access_key, secret_key and token as they are good now. Raises CommandError."""
        found = self._session.get_credentials()
        if found is None:
            raise CommandError(NO_CREDENTIALS)
        return found.get_frozen_credentials()

    def environment(self) -> dict[str, str]:
        """Return the environment for a tool that has to use the same credentials and region."""
        frozen = self.credentials()
        given = {
            "AWS_ACCESS_KEY_ID": frozen.access_key,
            "AWS_SECRET_ACCESS_KEY": frozen.secret_key,
            "AWS_SESSION_TOKEN": frozen.token or "",
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
        }
        mine = {name: text for name, text in os.environ.items() if name not in {"AWS_PROFILE", *given}}
        return mine | {name: text for name, text in given.items() if text}
