"""The secrets that sign and seal, as parameters of a stage. A `tokens.keystore.KeyStore` that signs nothing itself."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from frontdesk.adapters.aws.parameters import Parameters
from frontdesk.kernel.errors import Unavailable
from frontdesk.kernel.ports import Clock

SEEN_WITHIN = timedelta(minutes=1)


class ParameterKeys:
    """Secrets below one path (`/frontdesk-dev/keys`), looked at again when they were seen a minute ago.

    A parameter holds its secret's name and content, because a name may only be found out when the first to come has
    won: so all who begin at once write to one parameter.
    """

    seen_within = SEEN_WITHIN

    def __init__(self, parameters: Parameters, path: str, clock: Clock) -> None:
        self._parameters = parameters
        self._path = path
        self._clock = clock
        self._until: datetime | None = None  # up to when what was seen is good
        self._kept: Mapping[str, bytes] = {}

    def all(self) -> Mapping[str, bytes]:
        """See `KeyStore`. Raises Unavailable."""
        now = self._clock.now()
        if self._until is None or now >= self._until:
            kept = dict(map(_unpacked, self._parameters.under(self._path).values()))
            self._until = now + SEEN_WITHIN
            if kept != self._kept:
                self._kept = kept
        return self._kept

    def begin(self, family: str, name: str, make: Callable[[], bytes]) -> None:
        """See `KeyStore`. Raises Unavailable, too, when what was just made cannot be seen yet."""
        if self._has(family):
            return
        first = name if name == family else f"first{family}"
        self._parameters.put_once(f"{self._path}/{first}", _packed(name, make()))
        self._until = None
        if not self._has(family):
            raise Unavailable

    def create(self, name: str, content: bytes) -> bool:
        """See `KeyStore`. Raises Unavailable."""
        if name in self.all():
            return False
        made = self._parameters.put_once(f"{self._path}/{name}", _packed(name, content))
        self._until = None
        return made

    def remove(self, name: str) -> None:
        """See `KeyStore`. Raises Unavailable."""
        for place, value in self._parameters.under(self._path).items():
            if _unpacked(value)[0] == name:
                self._parameters.delete(f"{self._path}/{place}")
        self._until = None

    def _has(self, family: str) -> bool:
        return any(name.endswith(family) for name in self.all())


def _packed(name: str, content: bytes) -> str:
    return f"{name} {b64encode(content).decode()}"


def _unpacked(value: str) -> tuple[str, bytes]:
    name, _, content = value.partition(" ")
    return name, b64decode(content)
