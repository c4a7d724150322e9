"""Reads the fields of one row by their mapping and gathers every fault, so that a report names them all at once."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from frontdesk.entrypoints.cli import import_values as values
from frontdesk.entrypoints.cli.import_mapping import Field, Source, field
from frontdesk.entrypoints.cli.import_values import Bad
from frontdesk.kernel.errors import Fault

Row = Mapping[str, Any]
T = TypeVar("T")


class Reading:
    """One row, or one line of it, being read. `faults` is shared by all that belong to one order."""

    def __init__(self, row: Row, faults: list[Fault], at: str = "") -> None:
        self._row = row
        self._faults = faults
        self._at = at

    def text(self, name: str, source: Source) -> str | None:
        """Return a field that must be there as text. None after a fault."""
        return self.read(name, source, values.text)

    def optional_text(self, name: str, source: Source | None) -> str | None:
        """Return a field as text, None when it is empty."""
        return None if source is None else self.optional(name, source, values.text)

    def read(self, name: str, source: Source, convert: Callable[[Any], T]) -> T | None:
        """Return a field that must be there. None after a fault."""
        before = len(self._faults)
        found = self.optional(name, source, convert)
        if found is None and len(self._faults) == before:
            self.fault(name, "missing", "There is nothing in this field.")
        return found

    def optional(self, name: str, source: Source, convert: Callable[[Any], T]) -> T | None:
        """Return a field, None when it is empty or after a fault."""
        try:
            value = self._value(field(source))
            return None if value is None else convert(value)
        except Bad as bad:
            self.fault(name, bad.code, bad.message)
            return None

    def fault(self, name: str, code: str, message: str) -> None:
        """Note a fault."""
        self._faults.append(Fault(f"{self._at}/{name}", code, message))

    def _value(self, source: Field) -> Any:
        if source.value is not None:
            return source.value
        found = [self._row.get(name) for name in source.names]
        full = [value for value in found if value is not None and values.text(value) != ""]
        if not full:
            return source.default
        value = full[0] if len(full) == 1 else source.join.join(map(values.text, full))
        if not source.values:
            return value
        known = source.values.get(values.text(value), source.default)
        if known is None:
            raise Bad("unknown_value", "The mapping's `values` do not have this value.")
        return known
