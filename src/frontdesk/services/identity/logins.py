"""A login: one person at one client, from the code to the last refresh token. Pure.

Neither the code nor a refresh token is kept, or any hash of one. Each is the login's id, a number and a seal over both
(an HMAC of 256 bits): forged ones are told at once from true ones that came too late, and only those end a login.
Source: RFC 6749, 4.1 and 6; RFC 7636; RFC 9700, 2.2.2 and 4.14.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from frontdesk.kernel.kinds import Kind

CODE_LIVES = timedelta(seconds=60)
IDLE_AT_MOST = timedelta(days=30)  # without a refresh
LIVES_AT_MOST = timedelta(days=90)
REPEAT_WITHIN = timedelta(seconds=10)  # a client that never heard the answer may ask again
TURN_DIGITS = 9
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}", re.ASCII)  # RFC 7636, 4.1
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)  # of S256, the only method here

Seal = Callable[[str, str], str]


class Login(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody allowed a client to do for them. `turn` is the number of the newest refresh token, 0 before any."""

    account_id: str
    client_id: str
    scopes: tuple[str, ...]
    redirect_uri: str
    challenge: str
    began_at: datetime
    turn: int = 0
    turned_at: datetime | None = None
    ended_at: datetime | None = None

    def takes_code(self, client_id: str, redirect_uri: str, verifier: str, now: datetime) -> bool:
        """Return whether a code may be redeemed by whoever says this."""
        return (
            self.client_id == client_id
            and self.redirect_uri == redirect_uri
            and _answers(verifier, self.challenge)
            and now - self.began_at < CODE_LIVES
            and self.ended_at is None
        )

    def is_live(self, now: datetime) -> bool:
        """Return whether it may still be refreshed."""
        turned_at = self.turned_at or self.began_at
        return self.ended_at is None and now < min(self.began_at + LIVES_AT_MOST, turned_at + IDLE_AT_MOST)

    def is_repeat(self, turn: int, now: datetime) -> bool:
        """Return whether the refresh token before the newest comes again only because its answer got lost."""
        return turn == self.turn - 1 and self.turned_at is not None and now - self.turned_at < REPEAT_WITHIN

    def turned(self, now: datetime) -> "Login":
        """Go on to the next refresh token: none before it is good any more."""
        return msgspec.structs.replace(self, turn=self.turn + 1, turned_at=now)

    def ended(self, now: datetime) -> "Login":
        """Be over. Ending again changes nothing."""
        return self if self.ended_at else msgspec.structs.replace(self, ended_at=now)


LOGINS = Kind("login", Login)


def is_challenge(text: str) -> bool:
    """Return whether this can be a PKCE challenge of the method S256."""
    return _CHALLENGE.fullmatch(text) is not None


def code_for(login_id: str, seal: Seal) -> str:
    """Return the authorization code of a login."""
    return f"{login_id}.{seal('code', login_id)}"


def refresh_token_for(login_id: str, turn: int, seal: Seal) -> str:
    """Return one refresh token of a login."""
    return f"{login_id}.{turn}.{seal('refresh', f'{login_id}.{turn}')}"


def login_of_code(code: str, seal: Seal) -> str | None:
    """Return the login that a code is from, None when we never made it."""
    login_id, _, _ = code.partition(".")
    return login_id if hmac.compare_digest(code_for(login_id, seal).encode(), code.encode()) else None


def turn_of(token: str, seal: Seal) -> tuple[str, int] | None:
    """Return the login and the number of a refresh token, None when we never made it."""
    login_id, _, rest = token.partition(".")
    number = rest.partition(".")[0]
    if not (number.isascii() and number.isdigit() and len(number) <= TURN_DIGITS):
        return None
    true = refresh_token_for(login_id, int(number), seal)
    return (login_id, int(number)) if hmac.compare_digest(true.encode(), token.encode()) else None


def _answers(verifier: str, challenge: str) -> bool:
    if _VERIFIER.fullmatch(verifier) is None:
        return False
    made = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    return hmac.compare_digest(made, challenge.encode())
