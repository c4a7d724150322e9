"""Where the secrets are kept that sign tokens and make seals. There is one for a folder, and one for AWS."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Protocol


class KeyStore(Protocol):
    """Secrets by name, for several processes at once.

    `seen_within` is how long a process may go on without seeing what another one has changed.
    """

    seen_within: timedelta

    def all(self) -> Mapping[str, bytes]:
        """Return every secret by name. While nothing is seen to have changed it is the same object."""

    def begin(self, family: str, name: str, make: Callable[[], bytes]) -> None:
        """Keep what `make` returns, unless there is a name that ends like its family. Two that begin at once agree."""

    def create(self, name: str, content: bytes) -> bool:
        """Keep a secret under a name that is free. False when it is not."""

    def remove(self, name: str) -> None:
        """Forget a secret. One that is not there is fine."""
