"""Signature Version 4: prove to AWS who sends a request, and that nobody changed it.

Pure: no clock, no network, no environment. Source: the AWS General Reference,
"Signature Version 4 signing process".
"""

import hmac
import time
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import sha256

import msgspec

_ALGORITHM = "AWS4-HMAC-SHA256"
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_SLASH = ord("/")


class Credentials(msgspec.Struct, frozen=True):
    """Who signs. `expires` is in epoch seconds; None means never."""

    access_key: str
    secret_key: str
    token: str | None = None
    expires: float | None = None

    def __repr__(self) -> str:
        """Show the public half only: secrets stay out of logs and tracebacks."""
        return f"Credentials({self.access_key!r})"


class Request(msgspec.Struct, frozen=True):
    """One HTTP request, as it goes over the wire.

    `path` comes from `encode_path`, has no `.`, `..` or empty segment; `query` comes from
    `encode_query`. Header names are in lower case; `host` is not among them.
    """

    method: str
    host: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


def encode_path(path: str) -> str:
    """Percent-encode a path, keeping its slashes."""
    return _percent(path, keep_slash=True)


def encode_query(pairs: Iterable[tuple[str, str]]) -> str:
    """Return the pairs as a query string, encoded and in the order that signing wants."""
    encoded = sorted((_percent(name), _percent(value)) for name, value in pairs)
    return "&".join(f"{name}={value}" for name, value in encoded)


def sign(
    request: Request, credentials: Credentials, region: str, service: str, moment: float
) -> dict[str, str]:
    """Return every header to send, the request's own ones included.

    `moment` is in epoch seconds; AWS refuses one that is more than five minutes off.
    """
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(moment))
    headers = {**request.headers, "host": request.host, "x-amz-date": stamp}
    payload = sha256(request.body).hexdigest()
    plain = service == "s3"
    if plain:
        headers["x-amz-content-sha256"] = payload
    if credentials.token is not None:
        headers["x-amz-security-token"] = credentials.token
    names = sorted(headers)
    signed = ";".join(names)
    lines = "".join(f"{name}:{' '.join(headers[name].split())}\n" for name in names)
    # Every service but S3 wants the path encoded once more than on the wire.
    path = request.path if plain or request.path == "/" else encode_path(request.path)
    canonical = f"{request.method}\n{path}\n{request.query}\n{lines}\n{signed}\n{payload}"
    day = stamp[:8]
    scope = f"{day}/{region}/{service}/aws4_request"
    digest = sha256(canonical.encode()).hexdigest()
    key = _signing_key(credentials.secret_key, day, region, service)
    signature = hmac.digest(key, f"{_ALGORITHM}\n{stamp}\n{scope}\n{digest}".encode(), "sha256")
    headers["authorization"] = (
        f"{_ALGORITHM} Credential={credentials.access_key}/{scope}, "
        f"SignedHeaders={signed}, Signature={signature.hex()}"
    )
    return headers


@lru_cache(maxsize=16)  # four digests a call saved; a key changes with the day or the secret
def _signing_key(secret: str, day: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def _percent(text: str, *, keep_slash: bool = False) -> str:
    # urllib.parse.quote does the same, but a cold start would pay for its import.
    return "".join(
        chr(byte) if byte in _UNRESERVED or (keep_slash and byte == _SLASH) else f"%{byte:02X}"
        for byte in text.encode()
    )
