"""Issue and verify access tokens.

Verifying a signature costs about as much as accepting an order, so a token that was good is remembered, whole, and only
its expiry is looked at again.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from frontdesk.kernel.callers import Caller
from frontdesk.kernel.errors import Unauthenticated
from frontdesk.kernel.ports import Chance, Clock

ALGORITHM = "RS256"
AUDIENCE = "frontdesk"
LIFETIME = timedelta(hours=1)
REMEMBERED = 4_096  # tokens
TOKEN_CHARS = 8_192


class _Claims(msgspec.Struct):
    """What we insist on finding in a token. Grants are absent in tokens that need none."""

    iss: str
    aud: str
    sub: str
    exp: int
    iat: int
    scope: str = ""
    grants: dict[str, str] = {}


class Tokens:
    """One issuer and its verifier. `issuer` is the `iss` of every token."""

    def __init__(self, key: RSAKey, *, issuer: str, clock: Clock, chance: Chance) -> None:
        self._key = key
        self._issuer = issuer
        self._clock = clock
        self._chance = chance
        self._good: dict[str, tuple[Caller, int]] = {}

    def issue(
        self, subject: str, scopes: Sequence[str], grants: Mapping[str, str], lifetime: timedelta = LIFETIME
    ) -> str:
        """Return a signed token."""
        now = int(self._clock.now().timestamp())
        claims = {
            "iss": self._issuer,
            "aud": AUDIENCE,
            "sub": subject,
            "scope": " ".join(scopes),
            "grants": dict(grants),
            "iat": now,
            "exp": now + int(lifetime.total_seconds()),
            "jti": self._chance.bytes(12).hex(),
        }
        header = {"alg": ALGORITHM, "typ": "at+jwt", "kid": self._key.kid}
        return jwt.encode(header, claims, self._key, algorithms=[ALGORITHM])

    def verify(self, token: str) -> Caller:
        """Return who a token speaks for. Raises Unauthenticated for one that is expired, forged or not for us."""
        found = self._good.get(token)
        if found is None:
            found = self._checked(token)
            self._good[token] = found
            if len(self._good) > REMEMBERED:
                del self._good[next(iter(self._good))]
        caller, expires = found
        if expires <= self._clock.now().timestamp():
            self._good.pop(token, None)
            raise Unauthenticated("The access token has expired.")
        return caller

    def _checked(self, token: str) -> tuple[Caller, int]:
        if len(token) > TOKEN_CHARS:
            raise Unauthenticated
        try:
            decoded = jwt.decode(token, self._key, algorithms=[ALGORITHM])
            claims = msgspec.convert(decoded.claims, _Claims)
        except (JoseError, ValueError, msgspec.ValidationError):
            raise Unauthenticated("The access token is not valid.") from None
        if claims.iss != self._issuer or claims.aud != AUDIENCE:
            raise Unauthenticated("The access token is not for this desk.")
        if claims.iat > self._clock.now().timestamp() + 60:
            raise Unauthenticated("The access token is from the future.")
        return Caller(claims.sub, frozenset(claims.scope.split()), claims.grants), claims.exp
