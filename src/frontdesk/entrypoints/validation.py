"""Bodies and queries into values; faults out, all of them at once.

msgspec decodes a good body in a microsecond but stops at the first fault of a bad one. Only then is the schema that
msgspec itself generates walked by jsonschema. A property test proves that the two accept the same bodies.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, TypeVar

import msgspec

from frontdesk.kernel.errors import Fault, Invalid, Malformed
from frontdesk.kernel.messages import decoder

T = TypeVar("T")
S = TypeVar("S", bound=msgspec.Struct)

MAX_FAULTS = 100  # that one answer lists

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
        Fault(f"/{_escape(name)}", *_ADVICE["additionalProperties"]) for name in query if name not in fields
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
    found = sorted(_validator(type).iter_errors(plain), key=lambda error: list(map(str, error.absolute_path)))
    for error in found[:MAX_FAULTS]:
        yield from _faults(error)


def _faults(error: Any) -> Iterator[Fault]:
    base = "".join(f"/{_escape(str(step))}" for step in error.absolute_path)
    keyword = error.validator
    if keyword in {"anyOf", "oneOf"}:
        branches = [part for part in error.context if part.validator != "type"]
        if branches:
            yield from _faults(min(branches, key=lambda part: -len(part.absolute_path)))
            return
        yield Fault(base, "wrong_type", "This value is of the wrong type.")
    elif keyword == "required":
        for name in error.validator_value:
            if name not in error.instance:
                fault = Fault(f"{base}/{_escape(name)}", *_ADVICE["required"])
                if error.message.startswith(repr(name)):
                    yield fault
    elif keyword == "additionalProperties":
        for name in error.instance:
            if name not in error.schema.get("properties", {}):
                yield Fault(f"{base}/{_escape(str(name)[:100])}", *_ADVICE["additionalProperties"])
    else:
        code, advice = _ADVICE.get(keyword, ("invalid", "This value is not allowed."))
        yield Fault(base, code, advice.format(_shown(error.validator_value)))


def _shown(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _escape(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")


def _validator(type: type[Any]) -> Any:
    if type not in _VALIDATORS:
        import jsonschema  # noqa: PLC0415 - only a faulty body pays for it

        schema = msgspec.json.schema(type)
        _VALIDATORS[type] = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    return _VALIDATORS[type]


_VALIDATORS: dict[type[Any], Any] = {}
