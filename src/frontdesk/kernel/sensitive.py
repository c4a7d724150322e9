"""Personal data: marked where it is declared, so that nothing publishes or logs it by oversight."""

from collections.abc import Iterator

import msgspec

SENSITIVE = msgspec.Meta(extra={"sensitive": True}, extra_json_schema={"x-sensitive": True})
"""Annotate a field with this when it says who somebody is, where they live or how they are."""


def sensitive_fields(type: type[msgspec.Struct]) -> Iterator[str]:
    """Yield the dotted names of the personal fields of a struct, at any depth."""
    yield from _walk(msgspec.inspect.type_info(type), "", frozenset())


def _walk(node: msgspec.inspect.Type, path: str, above: frozenset[type]) -> Iterator[str]:
    if isinstance(node, msgspec.inspect.Metadata):
        if (node.extra or {}).get("sensitive"):
            yield path
        yield from _walk(node.type, path, above)
    elif isinstance(node, msgspec.inspect.StructType):
        if node.cls in above:
            return
        for field in node.fields:
            name = f"{path}.{field.encode_name}" if path else field.encode_name
            yield from _walk(field.type, name, above | {node.cls})
    elif isinstance(node, msgspec.inspect.UnionType):
        for part in node.types:
            yield from _walk(part, path, above)
    elif isinstance(node, msgspec.inspect.CollectionType):
        yield from _walk(node.item_type, path, above)
    elif isinstance(node, msgspec.inspect.TupleType):
        for part in node.item_types:
            yield from _walk(part, path, above)
    elif isinstance(node, msgspec.inspect.DictType):
        yield from _walk(node.value_type, path, above)
