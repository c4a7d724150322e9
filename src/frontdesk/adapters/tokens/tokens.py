"""Issue and verify access tokens.

Verifying a signature costs about as much as accepting an order, so a token that was good is remembered, whole, and only
its expiry is looked at again. What is withdrawn is forgotten at that moment.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from frontdesk.adapters.tokens.keys import KeyRing
from frontdesk.adapters.tokens.withdrawn import FINAL
from frontdesk.kernel.callers import Caller
from frontdesk.kernel.errors import Unauthenticated
from frontdesk.kernel.ports import Chance, Clock

ALGORITHM = "RS256"
AUDIENCE = "frontdesk"
LIFETIME = timedelta(hours=1)
REMEMBERED = 4_096  # tokens
WITHDRAWN = 100_000  # names that are known to be withdrawn; the oldest go first
TOKEN_CHARS = 8_192


class Claims(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a token says. `sid` is the login that it came of, `gen` the generation of its subject's tokens.

    `sub`, `client_id`, `sid` and `jti` are the names by which it can be withdrawn.
    """

    iss: str
    aud: str
    sub: str
    exp: int
    iat: int
    jti: str = ""
    scope: str = ""
    grants: dict[str, str] = msgspec.field(default_factory=dict)
    client_id: str = ""
    sid: str = ""
    gen: int = 0


class Follower(Protocol):
    """Another verifier of the same tokens, in another process: what one is told the other must hear."""

    def withdraw(self, name: str, generation: int) -> None:
        """See `Tokens.withdraw`."""

    def forget(self) -> None:
        """See `Tokens.forget`."""


class Tokens:
    """One issuer and its verifier. `issuer` is the `iss` of every token."""

    def __init__(self, ring: KeyRing, *, issuer: str, clock: Clock, chance: Chance) -> None:
        self._ring = ring
        self.issuer = issuer
        self._clock = clock
        self._chance = chance
        self._good: dict[str, tuple[Caller, int, Claims]] = {}
        self._withdrawn: dict[str, int] = {}
        self.follower: Follower | None = None

    def issue(
        self,
        subject: str,
        scopes: Sequence[str],
        grants: Mapping[str, str],
        lifetime: timedelta = LIFETIME,
        **more: str | int,
    ) -> str:
        """Return a signed token. `more` are `client_id`, `sid` and `gen` of `Claims`."""
        now = int(self._clock.now().timestamp())
        key = self._ring.signing()
        claims = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "sub": subject,
            "scope": " ".join(scopes),
            "grants": dict(grants),
            "iat": now,
            "exp": now + int(lifetime.total_seconds()),
            "jti": self._chance.bytes(12).hex(),
            **{name: value for name, value in more.items() if value},
        }
        header = {"alg": ALGORITHM, "typ": "at+jwt", "kid": key.kid}
        return jwt.encode(header, claims, key, algorithms=[ALGORITHM])

    def verify(self, token: str) -> Caller:
        """Return who a token speaks for. Raises Unauthenticated for one that is expired, forged or not for us."""
        found = self._good.get(token)
        if found is None:
            found = self._remember(token, self.read(token))
        if found[1] <= self._clock.now().timestamp():
            self._good.pop(token, None)
            raise Unauthenticated("The access token has expired.")
        return found[0]

    def _remember(self, token: str, claims: Claims) -> tuple[Caller, int, Claims]:
        caller = Caller(claims.sub, frozenset(claims.scope.split()), claims.grants)
        self._good[token] = found = (caller, claims.exp, claims)
        if len(self._good) > REMEMBERED:
            del self._good[next(iter(self._good))]
        return found

    def read(self, token: str) -> Claims:
        """Return what a token of ours says, also when it has expired. Raises Unauthenticated."""
        if len(token) > TOKEN_CHARS:
            raise Unauthenticated
        try:
            decoded = jwt.decode(token, self._key_of, algorithms=[ALGORITHM])
            claims = msgspec.convert(decoded.claims, Claims)
        except (JoseError, ValueError, msgspec.ValidationError):
            raise Unauthenticated("The access token is not valid.") from None
        if claims.iss != self.issuer or claims.aud != AUDIENCE:
            raise Unauthenticated("The access token is not for this desk.")
        if claims.iat > self._clock.now().timestamp() + 60:
            raise Unauthenticated("The access token is from the future.")
        if self._is_withdrawn(claims):
            raise Unauthenticated("The access token has been withdrawn.")
        return claims

    def withdraw(self, name: str, generation: int) -> None:
        """Refuse tokens that name this and are of a lower generation. Doing it again changes nothing."""
        self._withdrawn[name] = max(generation, self._withdrawn.pop(name, 0))
        if len(self._withdrawn) > WITHDRAWN:
            del self._withdrawn[next(iter(self._withdrawn))]
        for token in [text for text, (_, _, claims) in self._good.items() if self._is_withdrawn(claims)]:
            del self._good[token]
        if self.follower is not None:
            self.follower.withdraw(name, generation)

    def withdrawn(self) -> list[tuple[str, int]]:
        """Return all that was withdrawn, as `withdraw` was given it."""
        return list(self._withdrawn.items())

    def forget(self) -> None:
        """Look at every token anew: a key that it was signed with may be trusted no more."""
        self._good.clear()
        if self.follower is not None:
            self.follower.forget()

    def rotate(self, *, at_once: bool) -> None:
        """Bring out a new key. See `KeyRing.rotate`."""
        self._ring.rotate(at_once=at_once)
        if at_once:
            self.forget()

    def moments(self) -> Mapping[str, datetime]:
        """Return when each trusted key begins to sign. See `KeyRing.moments`."""
        return self._ring.moments()

    def key_set(self) -> dict[str, Any]:
        """Return the public keys as a JWKS."""
        return {"keys": self._ring.public()}

    def _key_of(self, recipient: Any) -> RSAKey:
        kid = recipient.headers().get("kid")
        key = self._ring.verifying(kid) if isinstance(kid, str) else None
        if key is None:
            raise ValueError("no such key")
        return key

    def _is_withdrawn(self, claims: Claims) -> bool:
        if not self._withdrawn:
            return False
        names = (claims.sub, claims.client_id, claims.sid, claims.jti)
        # Of a client that somebody signed in with, or a login, or a token, only all of it is ever withdrawn.
        return any(
            self._withdrawn.get(name, 0) > (claims.gen if name == claims.sub else FINAL) for name in names
        )
