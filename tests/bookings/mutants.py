"""Bookings broken on purpose, as products in use are: the proof must notice."""

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from frontdesk.kernel.ports import Store
from frontdesk.kernel.records import Commit, Record
from frontdesk.services.appointments.booking.agenda import AGENDAS


class _Changed:
    """A store that is asked to commit something else than was decided."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    async def commit(self, commit: Commit) -> None:
        """See `ports.Store`."""
        changes = [one for record in commit.changes for one in await self.as_written(record)]
        await self._store.commit(replace(commit, changes=tuple(changes), unchanged=()))

    async def as_written(self, record: Record) -> tuple[Record, ...]:
        """Return what is written instead of a record."""
        return (record,)


class LastWriterWins(_Changed):
    """Whether a time is free is looked up before, and not in the commit: who comes second writes over the first."""

    async def as_written(self, record: Record) -> tuple[Record, ...]:
        """Write the agenda whatever it has become since."""
        if record.kind != AGENDAS.name:
            return (record,)
        now = await self._store.get(record.kind, record.id)
        return (replace(record, version=now.version + 1 if now else 1),)


class NoAgenda(_Changed):
    """An appointment is written, and nothing else: the seed of this system."""

    async def as_written(self, record: Record) -> tuple[Record, ...]:
        """Leave the agenda out."""
        return () if record.kind == AGENDAS.name else (record,)


MUTANTS: Mapping[str, Callable[[Store], Store]] = {
    "last-writer-wins": LastWriterWins,  # type: ignore[dict-item] # what it lacks it asks the other for
    "no-agenda": NoAgenda,  # type: ignore[dict-item] # as above
}
