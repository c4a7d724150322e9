"""Where credentials come from, and when to ask again.

In this order: keys in the environment; a profile of AWS's own tools if the environment names one; the container
endpoint that the environment names (a SnapStart function, ECS, EKS); the default profile.
"""

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Lock
from typing import Annotated

import msgspec

from frontdesk.adapters.aws.signing import Credentials
from frontdesk.adapters.aws.transport import Endpoint, Pool, Unreachable, encode_message, parse_url

RENEW_BEFORE = 300.0  # seconds before expiry; the endpoint hands out new ones in time for this
ASK_AGAIN = 10.0  # seconds between two attempts to renew what is still valid
PATIENCE = 2.0  # seconds for the container endpoint, which is on this machine
TASK_ENDPOINT = "http://169.254.170.2"  # where ECS serves AWS_CONTAINER_CREDENTIALS_RELATIVE_URI
_PLAIN_HOSTS = ("127.0.0.1", "::1", "localhost", "169.254.170.2", "169.254.170.23", "fd00:ec2::23")
_OK = 200


class NoCredentials(Exception):
    """The environment names no usable credentials: a fault of the set-up, no use in a retry."""


_Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class _Document(msgspec.Struct):
    """What the container endpoint answers."""

    access_key: str = msgspec.field(name="AccessKeyId")
    secret_key: str = msgspec.field(name="SecretAccessKey")
    token: str | None = msgspec.field(name="Token", default=None)
    expiration: _Moment | None = msgspec.field(name="Expiration", default=None)


class CredentialCache:
    """Credentials, loaded on first use and again before they expire. Safe for many threads.

    While one thread renews, the others go on with what is still valid. `load` raises NoCredentials,
    or Unreachable if asking again may help.
    """

    def __init__(self, load: Callable[[], Credentials], *, clock: Callable[[], float] = time.time) -> None:
        self._load = load
        self._clock = clock
        self._lock = Lock()
        self._held: Credentials | None = None
        self._ask_again = 0.0  # epoch seconds

    def get(self) -> Credentials:
        """Return credentials that have not expired. Raises what `load` raises if it has none."""
        if (held := self._usable()) is not None:
            return held
        with self._lock:
            if (held := self._usable()) is not None:  # another thread was faster
                return held
            self._ask_again = self._clock() + ASK_AGAIN
            try:
                self._held = self._load()
            except (Unreachable, NoCredentials):
                if (held := self._usable()) is None:
                    raise
                return held
            return self._held

    def renew(self, refused: Credentials) -> Credentials:
        """Return others than those which AWS refused as expired; the same if there are no others.

        When another thread has renewed them meanwhile, nothing is loaded.
        """
        with self._lock:
            if self._held is None or self._held == refused:
                self._held = self._load()
            return self._held

    def _usable(self) -> Credentials | None:
        held = self._held
        if held is None or held.expires is None:
            return held
        now = self._clock()
        due = held.expires - now <= RENEW_BEFORE and now >= self._ask_again
        return None if due or held.expires <= now else held


def from_environment(
    environ: Mapping[str, str], *, clock: Callable[[], float] = time.time
) -> CredentialCache:
    """Return the credentials that `environ` names. Reads nothing yet."""
    return CredentialCache(lambda: _load(environ), clock=clock)


def _load(environ: Mapping[str, str]) -> Credentials:
    access_key, secret_key = environ.get("AWS_ACCESS_KEY_ID"), environ.get("AWS_SECRET_ACCESS_KEY")
    if access_key and secret_key:
        return Credentials(access_key, secret_key, environ.get("AWS_SESSION_TOKEN") or None)
    relative = environ.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
    full = environ.get("AWS_CONTAINER_CREDENTIALS_FULL_URI")
    url = f"{TASK_ENDPOINT}{relative}" if relative else full
    if environ.get("AWS_PROFILE") or not url:
        return _from_profile(environ)
    return _ask(url, _authorization(environ))


def _from_profile(environ: Mapping[str, str]) -> Credentials:
    from frontdesk.adapters.aws.profiles import ProfileError, profile_credentials  # noqa: PLC0415 - not in a function

    try:
        found = profile_credentials(environ)
    except ProfileError as cause:
        raise NoCredentials(str(cause)) from cause
    if found is None:
        raise NoCredentials(
            "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or a container URI"
        )
    return found


def _authorization(environ: Mapping[str, str]) -> str | None:
    """Return the token for the endpoint. The file is read each time: EKS replaces it."""
    file = environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
    if not file:
        return environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN")
    try:
        with open(file, encoding="utf-8") as opened:  # noqa: PTH123 - pathlib costs a cold start 4 ms
            return opened.read().strip()
    except OSError as cause:
        raise NoCredentials("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE cannot be read") from cause


def _ask(url: str, authorization: str | None) -> Credentials:
    endpoint, target = _local(url)
    headers = {"host": endpoint.authority, "accept": "application/json"}
    if authorization:
        headers["authorization"] = authorization
    message = encode_message("GET", target, headers, b"")
    pool = Pool(endpoint, tls=None, connect_timeout=PATIENCE)
    try:
        answer = pool.exchange(message, PATIENCE)
    except Unreachable as cause:
        raise Unreachable("no answer from the credentials endpoint", sent=False) from cause
    finally:
        pool.close()
    if answer.status != _OK:
        raise Unreachable(f"the credentials endpoint answered {answer.status}", sent=False)
    try:
        found = msgspec.json.decode(answer.body, type=_Document)
    except msgspec.DecodeError as cause:
        raise NoCredentials("the credentials endpoint did not answer with credentials") from cause
    expires = found.expiration.timestamp() if found.expiration else None
    return Credentials(found.access_key, found.secret_key, found.token, expires)


def _local(url: str) -> tuple[Endpoint, str]:
    """Refuse to take credentials from, or show the token to, a host that is not this machine."""
    try:
        endpoint, target = parse_url(url)
    except ValueError as cause:
        raise NoCredentials(f"the container URI is wrong: {cause}") from cause
    if endpoint.tls or endpoint.host not in _PLAIN_HOSTS:
        raise NoCredentials("the container URI must be http:// on this machine")
    return endpoint, target
