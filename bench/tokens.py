"""Access tokens of the shop's staff: RS256, the same claims for every stack, real signatures."""

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import RSAKey

TOKENS = 20  # people of the shop's staff, taking orders for the 5,000 customers of orders.lua
HOURS = 12
STAFF_SCOPES = "orders:write orders:read"
OWNER_SCOPES = "catalogue:write stock:write"


class SignKey:
    """A key that signs tokens for the peers, with the claims that ours have."""

    def __init__(self) -> None:
        self._key = RSAKey.generate_key(2048, auto_kid=True)

    @property
    def public(self) -> bytes:
        """What they are checked with."""
        return self._key.as_pem(private=False)

    def token(self, subject: str, scope: str, grants: Mapping[str, str]) -> str:
        """Return a token, good for as long as any run takes."""
        now = int(time.time())
        claims = {
            "iss": "frontdesk",
            "aud": "frontdesk",
            "sub": subject,
            "scope": scope,
            "grants": dict(grants),
            "iat": now,
            "exp": now + HOURS * 3600,
            "jti": secrets.token_hex(12),
        }
        header = {"alg": "RS256", "typ": "at+jwt", "kid": self._key.kid}
        return jwt.encode(header, claims, self._key, algorithms=["RS256"])


def our_tokens(data: Path, file: Path, shop: str = "bench-shop") -> Path:
    """Have frontdesk make tokens with the key of a data folder; return the file, one token a line."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        issue = partial(_issue, data, STAFF_SCOPES, f"shop:{shop}=staff")
        return _written(file, pool.map(issue, (f"till-{number}" for number in range(TOKENS))))


def owner_token(data: Path, shop: str) -> str:
    """Have frontdesk make a token that sets a shop up."""
    return _issue(data, OWNER_SCOPES, f"shop:{shop}=owner", "owner")


def peer_tokens(folder: Path, shop: str = "bench-shop") -> tuple[Path, Path]:
    """Make a key and tokens for the peers; return the file of the public key, and that of the tokens."""
    key = SignKey()
    public = folder / "peers.pem"
    public.write_bytes(key.public)
    grants = {f"shop:{shop}": "staff"}
    tokens = (key.token(f"till-{number}", STAFF_SCOPES, grants) for number in range(TOKENS))
    return public, _written(folder / "peers.tokens", tokens)


def _issue(data: Path, scopes: str, grant: str, subject: str) -> str:
    options = ["--scope", scopes, "--subject", subject, "--grant", grant, "--hours", str(HOURS), "--json"]
    command = [sys.executable, "-m", "frontdesk", "token", *options, "--data", str(data)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    token: str = json.loads(said)["access_token"]
    return token


def _written(file: Path, tokens: Iterable[str]) -> Path:
    file.touch(mode=0o600)
    file.write_text("".join(f"{token}\n" for token in tokens), encoding="utf-8")
    return file
