"""What stays of a value when the person is taken out of it. Pure.

What is personal says so where it is declared, so a field that somebody adds tomorrow is forgotten as well.
"""

from types import NoneType
from typing import Any, TypeVar, get_args

import msgspec
from msgspec.structs import fields, replace

from frontdesk.kernel.sensitive import sensitive_fields

S = TypeVar("S", bound=msgspec.Struct)

PATIENT = "patient_id"  # by which a person's records are found, and not any more afterwards


def without_person(value: S) -> S:
    """Return a value without anything that says whose it was. Doing it again changes nothing."""
    for path in sensitive_fields(type(value)):
        value = _without(value, path)
    return replace(value, **{PATIENT: ""}) if PATIENT in value.__struct_fields__ else value


def _without(value: S, path: str) -> S:
    name, _, rest = path.partition(".")
    field = next(field for field in fields(value) if field.encode_name == name)
    kept = getattr(value, field.name)
    if not rest:
        return replace(value, **{field.name: _empty(field)})
    if NoneType in get_args(field.type):  # whoever may be nobody is nobody now
        return replace(value, **{field.name: None})
    if isinstance(kept, msgspec.Struct):
        return replace(value, **{field.name: _without(kept, rest)})
    if isinstance(kept, tuple):
        return replace(value, **{field.name: tuple(_without(one, rest) for one in kept)})
    return value


def _empty(field: msgspec.structs.FieldInfo) -> Any:
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return "" if field.default is msgspec.NODEFAULT else field.default
