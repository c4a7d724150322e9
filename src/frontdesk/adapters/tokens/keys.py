"""The keys that sign tokens: a store of secrets, each named for the moment from which its key signs.

A key is published for a while before it signs, because verifiers remember what they have fetched; and it is trusted
until the last token that it signed has expired. The store is looked at again whenever it has changed, so several
processes agree.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc.jwk import RSAKey

from frontdesk.adapters.tokens.keystore import KeyStore
from frontdesk.kernel.ports import Clock

BITS = 2048
# API Gateway may remember a key set for two hours (its documentation of JWT authorizers).
PUBLISHED_BEFORE = timedelta(hours=2)
LONGEST_TOKEN = timedelta(days=30)  # what `frontdesk token` may give at most
CLOCKS_DIFFER_BY = timedelta(minutes=1)
_NAME = "%Y%m%dT%H%M%S.%fZ"
_FAMILY = ".pem"


class KeyRing:
    """Every key that is trusted."""

    def __init__(self, store: KeyStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._seen: Mapping[str, bytes] = {}
        self._keys: dict[datetime, RSAKey] = {}
        store.begin(_FAMILY, _named(clock.now()), _fresh)

    def signing(self) -> RSAKey:
        """Return the key that signs now: the newest whose moment has come, or the first if a clock was put back."""
        now = self._clock.now()
        trusted = self._trusted()
        return trusted[max((moment for moment in trusted if moment <= now), default=min(trusted))]

    def verifying(self, kid: str | None) -> RSAKey | None:
        """Return the trusted key of this id."""
        return next((key for key in self._trusted().values() if key.kid == kid), None)

    def moments(self) -> Mapping[str, datetime]:
        """Return when each trusted key begins to sign, by id and in that order."""
        return {str(key.kid): moment for moment, key in self._trusted().items()}

    def public(self) -> list[dict[str, Any]]:
        """Return the public half of every trusted key, as a JWKS has it (RFC 7517)."""
        return [
            {**key.as_dict(private=False), "kid": key.kid, "use": "sig", "alg": "RS256"}
            for key in self._trusted().values()
        ]

    def rotate(self, *, at_once: bool) -> None:
        """Make a key that signs after PUBLISHED_BEFORE; `at_once`: now, and none of the others is trusted any more."""
        now = self._clock.now()
        trusted = set() if at_once else set(self._trusted())
        # Whoever has not seen the new key yet goes on publishing the old ones.
        moment = now if at_once else now + PUBLISHED_BEFORE + self._store.seen_within
        content = _fresh()
        while not self._store.create(_named(moment), content):
            moment += timedelta(microseconds=1)  # a name that is taken would keep the key that leaked
        for name in _members(self._store.all()):
            if _moment(name) not in {*trusted, moment}:
                self._store.remove(name)

    def _trusted(self) -> Mapping[datetime, RSAKey]:
        self._look()
        now = self._clock.now()
        followed_by = dict(zip(self._keys, [*list(self._keys)[1:], now], strict=True))
        kept = LONGEST_TOKEN + CLOCKS_DIFFER_BY
        return {moment: key for moment, key in self._keys.items() if now - followed_by[moment] <= kept}

    def _look(self) -> None:
        kept = self._store.all()
        if kept is not self._seen:
            self._keys = {_moment(name): _read(kept[name]) for name in _members(kept)}
            self._seen = kept


def _members(kept: Mapping[str, bytes]) -> list[str]:
    """Return the names of signing keys, the earliest first."""
    return sorted((name for name in kept if name.endswith(_FAMILY)), key=_moment)


def _fresh() -> bytes:
    pem: bytes = RSAKey.generate_key(BITS).as_pem(private=True)
    return pem


def _read(pem: bytes) -> RSAKey:
    key = RSAKey.import_key(pem)
    key.ensure_kid()
    return key


def _named(moment: datetime) -> str:
    return f"{moment.strftime(_NAME)}{_FAMILY}"


def _moment(name: str) -> datetime:
    return datetime.strptime(name.removesuffix(_FAMILY), _NAME).replace(tzinfo=UTC)
