"""Every fault of a body, by its place: the schema that msgspec generated for its type, walked beside the body.

Only what msgspec writes into a schema is known here, so that a function on AWS need not carry a library for all of JSON
Schema: it would weigh more than the rest of the function. Tests compare the walk with msgspec itself.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Annotated, Any
from uuid import UUID

import msgspec

from frontdesk.kernel.errors import Fault

MAX_FAULTS = 100  # that one answer lists
MAX_STEP_CHARS = 100  # of one step of a pointer

# What to do about each fault, by schema keyword. Never quotes the value: it may be personal.
ADVICE = {
    "required": ("missing", "This field is required."),
    "additionalProperties": ("unknown_field", "There is no such field; remove it."),
    "type": ("wrong_type", "Must be {}."),
    "enum": ("unknown_value", "Must be one of: {}."),
    "pattern": ("wrong_format", "Must match {}."),
    "format": ("wrong_format", "Must be a {}."),
    "minimum": ("too_small", "Must be at least {}."),
    "exclusiveMinimum": ("too_small", "Must be more than {}."),
    "maximum": ("too_large", "Must be at most {}."),
    "exclusiveMaximum": ("too_large", "Must be less than {}."),
    "minLength": ("too_short", "Must have at least {} characters."),
    "maxLength": ("too_long", "Must have at most {} characters."),
    "minItems": ("too_few", "Must have at least {} items."),
    "maxItems": ("too_many", "Must have at most {} items."),
}
_OTHERWISE = ("invalid", "This value is not allowed.")

# What msgspec reads from a string, by the format that its schema names. A moment has an offset: Meta(tz=True).
_FORMATS: Mapping[str, Any] = {
    "date-time": Annotated[datetime, msgspec.Meta(tz=True)],
    "date": date,
    "time": time,
    "duration": timedelta,
    "uuid": UUID,
    "decimal": Decimal,
}

Schema = Mapping[str, Any]


def faults(schema: Schema, body: Any) -> list[Fault]:
    """Return the faults of a decoded body by place, at most MAX_FAULTS of them; none if it is as its schema says."""
    found = islice(_Walk(schema.get("$defs", {})).through(schema, body, ""), MAX_FAULTS)
    return sorted(found, key=lambda fault: fault.pointer)


def pointer(steps: Iterable[object]) -> str:
    """Return an RFC 6901 pointer. A client may make up names of any length, so each step is cut."""
    cut = [str(step)[:MAX_STEP_CHARS] for step in steps]
    return "".join(f"/{step.replace('~', '~0').replace('/', '~1')}" for step in cut)


class _Walk:
    """`named` are the schemas that others refer to."""

    def __init__(self, named: Mapping[str, Schema]) -> None:
        self._named = named

    def through(self, schema: Schema, value: Any, place: str) -> Iterator[Fault]:
        """Give the faults of a value that lies at a place. Lazily: of a huge body only the first are looked for."""
        if "$ref" in schema:
            schema = self._named[schema["$ref"].rpartition("/")[2]]
        for union in ("anyOf", "oneOf"):
            if union in schema:
                yield from self._one_of(schema[union], value, place)
        if "type" in schema and not _is(schema["type"], value):
            yield _fault("type", schema, place)
            return
        broken = [
            keyword for keyword, holds in _RULES.items() if keyword in schema and not holds(value, schema)
        ]
        yield from (_fault(keyword, schema, place) for keyword in broken)
        if isinstance(value, dict):
            yield from self._fields(schema, value, place)
        elif isinstance(value, list) and "maxItems" not in broken:
            # A list that is too long is refused for that alone: its items could keep us busy for seconds.
            yield from self._items(schema, value, place)

    def _fields(self, schema: Schema, value: Mapping[str, Any], place: str) -> Iterator[Fault]:
        known: Mapping[str, Schema] = schema.get("properties", {})
        others, names = schema.get("additionalProperties", True), schema.get("propertyNames", {})
        for name in schema.get("required", ()):
            if name not in value:
                yield _fault("required", schema, place + pointer([name]))
        for name, field in value.items():
            there = place + pointer([name])
            if name in known:
                yield from self.through(known[name], field, there)
            elif others is False or any(self.through(names, name, there)):
                yield _fault("additionalProperties", schema, there)
            elif others is not True:
                yield from self.through(others, field, there)

    def _items(self, schema: Schema, value: list[Any], place: str) -> Iterator[Fault]:
        first, others = schema.get("prefixItems", ()), schema.get("items", True)
        for n, item in enumerate(value):
            among = first[n] if n < len(first) else others
            if isinstance(among, Mapping):
                yield from self.through(among, item, place + pointer([n]))

    def _one_of(self, branches: Iterable[Schema], value: Any, place: str) -> Iterator[Fault]:
        """Of the types that this may have, show the faults of the one that it seems to be meant as."""
        found = [list(islice(self.through(branch, value, place), MAX_FAULTS)) for branch in branches]
        wrong_type = ADVICE["type"][0]
        if not all(found):
            return
        meant = [f for f in found if not any(one.pointer == place and one.code == wrong_type for one in f)]
        yield from min(meant, key=len, default=[Fault(place, wrong_type, "This value is of the wrong type.")])


def _fault(keyword: str, schema: Schema, place: str) -> Fault:
    code, advice = ADVICE.get(keyword, _OTHERWISE)
    wanted = schema.get(keyword)
    shown = ", ".join(map(str, wanted)) if isinstance(wanted, list) else str(wanted)
    return Fault(place, code, advice.format(shown))


def _is(type: str, value: Any) -> bool:
    """Return whether a value is of a type as msgspec has it: 1.0 is no integer."""
    if isinstance(value, bool):
        return type == "boolean"
    return isinstance(value, _TYPES[type])


_TYPES: Mapping[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": int | float,
    "boolean": bool,
    "null": type(None),
}


def _is_one_of(value: Any, allowed: Iterable[Any]) -> bool:
    return any(value == one and type(value) is type(one) for one in allowed)


def _is_read(value: Any, name: str) -> bool:
    if name not in _FORMATS or not isinstance(value, str):
        return True
    try:
        msgspec.convert(value, _FORMATS[name])
    except msgspec.ValidationError:
        return False
    return True


def _for(types: Any, holds: Callable[[Any, Any], bool], keyword: str) -> Callable[[Any, Schema], bool]:
    """Return a rule that concerns values of these types alone."""
    return lambda value, schema: not isinstance(value, types) or holds(value, schema[keyword])


_NUMBER = int | float
_RULES: Mapping[str, Callable[[Any, Schema], bool]] = {
    keyword: _for(types, holds, keyword)
    for keyword, types, holds in (
        ("enum", object, _is_one_of),
        ("const", object, lambda value, wanted: _is_one_of(value, [wanted])),
        ("pattern", str, lambda value, wanted: re.search(wanted, value) is not None),
        ("format", str, _is_read),
        ("minLength", str, lambda value, least: len(value) >= least),
        ("maxLength", str, lambda value, most: len(value) <= most),
        ("minimum", _NUMBER, lambda value, least: value >= least),
        ("exclusiveMinimum", _NUMBER, lambda value, below: value > below),
        ("maximum", _NUMBER, lambda value, most: value <= most),
        ("exclusiveMaximum", _NUMBER, lambda value, above: value < above),
        ("multipleOf", _NUMBER, lambda value, step: value % step == 0),
        ("minItems", list, lambda value, least: len(value) >= least),
        ("maxItems", list, lambda value, most: len(value) <= most),
        ("minProperties", dict, lambda value, least: len(value) >= least),
        ("maxProperties", dict, lambda value, most: len(value) <= most),
    )
}
