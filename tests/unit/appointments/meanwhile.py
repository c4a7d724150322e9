"""Somebody who comes in between another's reading and writing."""

from collections.abc import Callable


class Meanwhile:
    """Does something between another's reading and writing, once."""

    def __init__(self) -> None:
        self.work: Callable[[], object] | None = None

    async def __call__(self, method: str, moment: str) -> None:
        """See `store.Fault`."""
        if (method, moment) == ("commit", "before") and self.work is not None:
            work, self.work = self.work, None
            work()
