"""The keys that sign tokens: a folder of files, each named for the moment from which its key signs.

A key is published for a while before it signs, because verifiers remember what they have fetched; and it is trusted
until the last token that it signed has expired. The folder is looked at again whenever it has changed, so a command
and a server beside it agree.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from joserfc.jwk import RSAKey

from frontdesk.adapters.tokens.files import create_once, locked, sync
from frontdesk.kernel.ports import Clock

BITS = 2048
# API Gateway may remember a key set for two hours (its documentation of JWT authorizers).
PUBLISHED_BEFORE = timedelta(hours=2)
LONGEST_TOKEN = timedelta(days=30)  # what `frontdesk token` may give at most
CLOCKS_DIFFER_BY = timedelta(minutes=1)
_NAME = "%Y%m%dT%H%M%S.%fZ"


class KeyRing:
    """Every key that is trusted. `earlier` is where one key was kept before there was a ring."""

    def __init__(self, folder: Path, clock: Clock, *, earlier: Path | None = None) -> None:
        self._folder = folder
        self._clock = clock
        self._earlier = earlier
        self._seen = 0
        self._keys: dict[datetime, RSAKey] = {}
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locked(folder):  # two that start at once agree on one key
            if not any(folder.glob("*.pem")):
                create_once(folder / _file(clock.now()), self._first())

    def _first(self) -> bytes:
        if self._earlier is not None and self._earlier.exists():
            return self._earlier.read_bytes()
        return _fresh()

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
        moment = now if at_once else now + PUBLISHED_BEFORE
        while (self._folder / _file(moment)).exists():
            moment += timedelta(microseconds=1)  # a name that is taken would keep the key that leaked
        create_once(self._folder / _file(moment), _fresh())
        for file in self._folder.glob("*.pem"):
            if _moment(file) not in {*trusted, moment}:
                file.unlink(missing_ok=True)
        if self._earlier is not None:
            self._earlier.unlink(missing_ok=True)
        sync(self._folder)
        self._seen = 0

    def _trusted(self) -> Mapping[datetime, RSAKey]:
        self._look()
        now = self._clock.now()
        followed_by = dict(zip(self._keys, [*list(self._keys)[1:], now], strict=True))
        kept = LONGEST_TOKEN + CLOCKS_DIFFER_BY
        return {moment: key for moment, key in self._keys.items() if now - followed_by[moment] <= kept}

    def _look(self) -> None:
        changed = self._folder.stat().st_mtime_ns
        if changed == self._seen:
            return
        while True:
            try:
                files = sorted(self._folder.glob("*.pem"), key=_moment)
                self._keys = {_moment(file): _read(file) for file in files}
            except FileNotFoundError:
                continue  # another process has just taken it away
            self._seen = changed
            return


def _fresh() -> bytes:
    pem: bytes = RSAKey.generate_key(BITS).as_pem(private=True)
    return pem


def _read(path: Path) -> RSAKey:
    key = RSAKey.import_key(path.read_bytes())
    key.ensure_kid()
    return key


def _file(moment: datetime) -> str:
    return f"{moment.strftime(_NAME)}.pem"


def _moment(path: Path) -> datetime:
    return datetime.strptime(path.stem, _NAME).replace(tzinfo=UTC)
