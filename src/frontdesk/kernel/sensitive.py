"""Personal data: marked where it is declared, so that nothing publishes or logs it by oversight."""

from collections.abc import Iterator

import msgspec

SENSITIVE = msgspec.Meta(extra={"sensitive": True}, extra_json_schema={"x-sensitive": True})
"""Annotate a field with this when it says who somebody is, where they live or how they are."""


def sensitive_fields(type: type[msgspec.Struct]) -> Iterator[str]:
    """Yield the dotted names of the personal fields of a struct, at any depth."""
    yield from _walk(msgspec.inspect.type_info(type), "", frozenset())


def _walk(node: "msgspec.inspect.Type", path: str, above: frozenset[object]) -> Iterator[str]:
    if isinstance(node, msgspec.inspect.Metadata) and (node.extra or {}).get("sensitive"):
        yield path
    cls = getattr(node, "cls", None)
    if cls is not None and cls in above:
        return
    for field in getattr(node, "fields", ()):
        name = f"{path}.{field.encode_name}" if path else field.encode_name
        yield from _walk(field.type, name, above | {cls})
    for part in _parts(node):
        yield from _walk(part, path, above)


def _parts(node: "msgspec.inspect.Type") -> "Iterator[msgspec.inspect.Type]":  # named, not imported
    """Yield what a union, a collection or an annotated type is made of."""
    for one in ("type", "item_type", "key_type", "value_type"):
        if hasattr(node, one):
            yield getattr(node, one)
    for several in ("types", "item_types"):
        yield from getattr(node, several, ())
