"""Personal data: marked where it is declared, so that nothing publishes or logs it by oversight."""

from collections.abc import Iterator

import msgspec

SENSITIVE = msgspec.Meta(extra={"sensitive": True}, extra_json_schema={"x-sensitive": True})
"""Annotate a field with this when it says who somebody is, where they live or how they are."""


def sensitive_fields(type: type[msgspec.Struct]) -> Iterator[str]:
    """Yield the dotted names of the personal fields of a struct, at any depth."""
    yield from _walk(msgspec.inspect.type_info(type), "", frozenset())


def _walk(node: msgspec.inspect.Type, path: str, above: frozenset[type]) -> Iterator[str]:
    match node:
        case msgspec.inspect.Metadata(type=inner, extra=extra):
            if (extra or {}).get("sensitive"):
                yield path
            parts: tuple[msgspec.inspect.Type, ...] = (inner,)
        case (
            msgspec.inspect.StructType(cls=cls, fields=fields)
            | msgspec.inspect.DataclassType(cls=cls, fields=fields)
            | msgspec.inspect.TypedDictType(cls=cls, fields=fields)
            | msgspec.inspect.NamedTupleType(cls=cls, fields=fields)
        ) if cls not in above:
            for field in fields:
                name = f"{path}.{field.encode_name}" if path else field.encode_name
                yield from _walk(field.type, name, above | {cls})
            parts = ()
        case msgspec.inspect.UnionType(types=types):
            parts = types
        case msgspec.inspect.CollectionType(item_type=item):
            parts = (item,)
        case msgspec.inspect.TupleType(item_types=types):
            parts = types
        case msgspec.inspect.DictType(key_type=key, value_type=value):
            parts = (key, value)
        case _:
            parts = ()
    for part in parts:
        yield from _walk(part, path, above)
