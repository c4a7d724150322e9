"""Bodies and queries into values; faults out, all of them at once.

msgspec decodes a good body in a microsecond but stops at the first fault of a bad one. Only then is the schema that
msgspec itself generates walked by jsonschema. A property test proves that the two accept the same bodies.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache, partial
from itertools import chain, islice
from typing import Annotated, Any, TypeVar
from uuid import UUID

import msgspec

from frontdesk.kernel.errors import Fault, Invalid, Malformed
from frontdesk.kernel.messages import decoder

T = TypeVar("T")
S = TypeVar("S", bound=msgspec.Struct)

MAX_FAULTS = 100  # that one answer lists
MAX_STEP_CHARS = 100  # of one step of a pointer

# What to do about each fault, by schema keyword. Never quotes the value: it may be personal.
_ADVICE = {
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


# What msgspec reads from a string, by the format that its schema names. A moment has an offset: Meta(tz=True).
_FORMATS: Mapping[str, Any] = {
    "date-time": Annotated[datetime, msgspec.Meta(tz=True)],
    "date": date,
    "time": time,
    "duration": timedelta,
    "uuid": UUID,
    "decimal": Decimal,
}


def decode_body(body: bytes, type: type[T]) -> T:
    """Return the body as a value. Raises Malformed for what is no JSON, Invalid with every fault."""
    try:
        return decoder(type).decode(body)
    except RecursionError:
        raise Malformed("The body is nested too deeply.") from None
    except (msgspec.ValidationError, UnicodeDecodeError) as first:
        faults = tuple(_walk(body, type))
        raise Invalid(faults or (_plain_fault(first),)) from None
    except msgspec.DecodeError:
        raise Malformed("The body is not valid JSON.") from None


def decode_query(query: Mapping[str, str], type: type[S]) -> S:
    """Return a query string's parameters as a value. Raises Invalid with every fault."""
    fields = _fields(type)
    faults: list[Fault] = [
        Fault(_pointer([name]), *_ADVICE["additionalProperties"]) for name in query if name not in fields
    ]
    for name, field in fields.items():
        if name in query:
            try:
                msgspec.convert(query[name], field.type, strict=False)
            except msgspec.ValidationError as error:
                faults.append(_plain_fault(error, f"/{name}"))
        elif field.required:
            faults.append(Fault(f"/{name}", *_ADVICE["required"]))
    if faults:
        raise Invalid(tuple(faults[:MAX_FAULTS]))
    return msgspec.convert(dict(query), type, strict=False)


@lru_cache(maxsize=256)
def _fields(type: type[msgspec.Struct]) -> Mapping[str, msgspec.structs.FieldInfo]:
    return {field.encode_name: field for field in msgspec.structs.fields(type)}


def _plain_fault(error: Exception, pointer: str = "") -> Fault:
    text = str(error).split(" - at ")[0]
    return Fault(pointer, "invalid", text if "value" not in text.lower() else "This value is not allowed.")


def _walk(body: bytes, type: type[Any]) -> Iterator[Fault]:
    try:
        plain = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Malformed("The body is not valid JSON.") from None
    except RecursionError:
        raise Malformed("The body is nested too deeply.") from None
    errors = islice(_validator(type).iter_errors(plain), MAX_FAULTS)
    found = islice(chain.from_iterable(map(_faults, errors)), MAX_FAULTS)
    yield from sorted(found, key=lambda fault: fault.pointer)


def _faults(error: Any) -> Iterator[Fault]:
    base = _pointer(error.absolute_path)
    keyword = error.validator
    if keyword in {"anyOf", "oneOf"}:
        yield from _faults_of_union(error, base)
    elif "propertyNames" in error.relative_schema_path:
        yield Fault(base + _pointer([error.instance]), "unknown_field", "There is no such field; remove it.")
    elif keyword == "required":
        for name in error.validator_value:
            if name not in error.instance:
                fault = Fault(base + _pointer([name]), *_ADVICE["required"])
                if error.message.startswith(repr(name)):
                    yield fault
    elif keyword == "additionalProperties":
        for name in error.instance:
            if name not in error.schema.get("properties", {}):
                yield Fault(base + _pointer([name]), *_ADVICE["additionalProperties"])
    else:
        code, advice = _ADVICE.get(keyword, ("invalid", "This value is not allowed."))
        yield Fault(base, code, advice.format(_shown(error.validator_value)))


def _faults_of_union(error: Any, base: str) -> Iterator[Fault]:
    """Of the types that this may have, show the faults of the one that it seems to be meant as."""
    branches: dict[int, list[Any]] = {}
    for part in error.context:
        branches.setdefault(part.relative_schema_path[0], []).append(part)
    meant = [
        parts
        for parts in branches.values()
        if not any(part.validator == "type" and not part.relative_path for part in parts)
    ]
    if meant:
        closest: list[Any] = min(meant, key=len)
        yield from chain.from_iterable(map(_faults, closest))
    else:
        yield Fault(base, "wrong_type", "This value is of the wrong type.")


def _shown(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _pointer(steps: Iterable[object]) -> str:
    """Return an RFC 6901 pointer. A client may make up names of any length, so each step is cut."""
    cut = [str(step)[:MAX_STEP_CHARS] for step in steps]
    return "".join(f"/{step.replace('~', '~0').replace('/', '~1')}" for step in cut)


def _validator(type: type[Any]) -> Any:
    if type not in _VALIDATORS:
        _VALIDATORS[type] = _new_validator(msgspec.json.schema(type))
    return _VALIDATORS[type]


def _new_validator(schema: dict[str, Any]) -> Any:
    """Return a validator that takes what msgspec takes: 1.0 is no integer, and a moment has its offset."""
    import jsonschema  # noqa: PLC0415 - only a faulty body pays for it

    usual = jsonschema.Draft202012Validator
    all_items = usual.VALIDATORS["items"]

    def items(validator: Any, wanted: Any, found: Any, among: Any) -> Iterator[Any]:
        # A list that is too long is refused for that alone: its items could keep us busy for seconds.
        if not isinstance(found, list) or len(found) <= among.get("maxItems", len(found)):
            yield from all_items(validator, wanted, found, among)

    def enum(validator: Any, allowed: Any, found: Any, among: Any) -> Iterator[Any]:
        if isinstance(found, float):  # 1.0 is none of 1, 2 and 3
            yield jsonschema.ValidationError("not listed")
        else:
            yield from usual.VALIDATORS["enum"](validator, allowed, found, among)

    formats = jsonschema.FormatChecker(formats=())
    for name, type in _FORMATS.items():
        formats.checks(name, raises=msgspec.ValidationError)(partial(_is_read_as, type))
    types = usual.TYPE_CHECKER.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
    )
    extend: Any = jsonschema.validators.extend  # has no types
    return extend(usual, {"items": items, "enum": enum}, type_checker=types)(schema, format_checker=formats)


def _is_read_as(type: Any, value: object) -> bool:
    return not isinstance(value, str) or msgspec.convert(value, type) is not None


_VALIDATORS: dict[type[Any], Any] = {}
