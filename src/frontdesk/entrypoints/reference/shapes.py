"""Shapes of bodies and answers in words, from the JSON Schema that the declarations give."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from frontdesk.entrypoints.reference.blocks import Block, Heading, Table, Text, link, prose

Schema = Mapping[str, Any]
_BOUNDS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "less than {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "minProperties": "at least {} entries",
    "maxProperties": "at most {} entries",
}
_ONLY_FOR_PYTHON = r"(?!\n)"  # elsewhere `$` is no place before a newline
_FORMATS = {"date-time": "a moment (RFC 3339)", "date": "a date", "time": "a time of day"}


def title_of(name: str) -> str:
    """Return a component's name for people: without its module, where two services have one of the same name."""
    *path, last = name.split(".")
    return f"{last} ({path[2]})" if path else last


def shape(name: str, component: Schema, page: str) -> Iterator[Block]:
    """Give the blocks that describe one named shape."""
    yield Heading(3, title_of(name))
    if component.get("description"):
        yield Text(prose(component["description"]))
    if "properties" in component:
        yield fields(component, page)
    else:
        yield Text(f"One of {in_words(component, page)}.")


def fields(component: Schema, page: str) -> Table:
    """Return the fields of an object."""
    required = component.get("required", ())
    rows = [
        (f"`{name}`", "yes" if name in required else _default(field), in_words(field, page))
        for name, field in component["properties"].items()
    ]
    return Table(("Field", "Required", "Value"), rows)


def in_words(schema: Schema, page: str) -> str:
    """Say what a value may be."""
    if "$ref" in schema:
        title = title_of(schema["$ref"].rpartition("/")[2])
        return link(title, page, title)
    if "anyOf" in schema:
        told = " or ".join(in_words(option, page) for option in schema["anyOf"])
    elif "enum" in schema:
        told = ", ".join(f"`{value}`" for value in schema["enum"])
    else:
        told = ", ".join([_type(schema, page), *_bounds(schema)])
    notes = [schema["description"]] if "description" in schema else []
    notes += ["personal"] if schema.get("x-sensitive") else []
    return f"{told} ({'; '.join(notes)})" if notes else told


def _type(schema: Schema, page: str) -> str:
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    if schema.get("type") == "array":
        return f"list of {in_words(schema['items'], page)}" if "items" in schema else "list"
    if schema.get("type") == "object":
        values = schema.get("additionalProperties")
        return f"object, each value {in_words(values, page)}" if isinstance(values, dict) else "object"
    return str(schema.get("type", "any value"))


def _bounds(schema: Schema) -> Iterator[str]:
    yield from (text.format(schema[name]) for name, text in _BOUNDS.items() if name in schema)
    if "pattern" in schema:
        yield f"`{schema['pattern'].replace(_ONLY_FOR_PYTHON, '')}`"


def _default(field: Schema) -> str:
    default = field.get("default")
    return "no" if default in (None, "", [], {}) else f"no: `{json.dumps(default)}`"
