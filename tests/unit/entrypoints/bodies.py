"""Random bodies near a type: good ones, made from the type itself, and good ones with places spoilt."""

from collections.abc import Callable
from typing import Any

import msgspec
import msgspec.inspect as look
from hypothesis import strategies as st

JUNK: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 20_000)
    | st.sampled_from([1.0, 0.5, -0.0, 1e300, 10**30])
    | st.sampled_from(
        ["", "a", "web", "ana@example.org", "2026-03-14T09:30:00Z", "2026-03-14T09:30:00", "x" * 300]
    )
    | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=4,
)


def good(type: Any) -> st.SearchStrategy[Any]:
    """Return plain values that a type takes, most of the time."""
    return _good(look.type_info(type))


def _good(node: look.Type) -> st.SearchStrategy[Any]:
    found: st.SearchStrategy[Any]
    match node:
        case look.Metadata(type=inner):
            found = _good(inner)
        case look.StructType(fields=fields):
            needed = {field.encode_name: _good(field.type) for field in fields if field.required}
            optional = {field.encode_name: _good(field.type) for field in fields if not field.required}
            found = st.fixed_dictionaries(needed, optional=optional)
        case look.UnionType(types=types):
            found = st.one_of([_good(part) for part in types])
        case look.CollectionType(item_type=item, min_length=least, max_length=most):
            found = st.lists(_good(item), min_size=least or 0, max_size=min(most or 3, 3))
        case look.TupleType(item_types=types):
            found = st.tuples(*[_good(part) for part in types]).map(list)
        case look.DictType(key_type=key, value_type=value):
            found = st.dictionaries(_good(key).map(str), _good(value), max_size=3)
        case look.EnumType(cls=cls):
            found = st.sampled_from([member.value for member in cls])
        case look.LiteralType(values=values):
            found = st.sampled_from(values)
        case _:
            found = _leaf(node)
    return found


def _leaf(node: look.Type) -> st.SearchStrategy[Any]:
    found: st.SearchStrategy[Any]
    match node:
        case look.StrType(pattern=None, min_length=least, max_length=most):
            found = st.text(min_size=least or 0, max_size=most or 5)
        case look.StrType(pattern=pattern, max_length=most):
            found = st.from_regex(pattern or "").map(lambda text: text[: most or None])
        case look.IntType(ge=low, le=high, lt=below):
            highest = below - 1 if below is not None else high
            found = st.integers(-5 if low is None else low, 10**20 if highest is None else highest)
        case look.FloatType():
            found = st.sampled_from([0.5, 1, 2.5, 10**6])
        case look.BoolType():
            found = st.booleans()
        case look.NoneType():
            found = st.none()
        case look.DateTimeType():
            found = st.datetimes().map(lambda moment: f"{moment.isoformat()}Z")
        case look.DateType():
            found = st.dates().map(str)
        case _:
            found = st.nothing()
    return found


@st.composite
def near(draw: Callable[[st.SearchStrategy[Any]], Any], type: Any) -> bytes:
    """Return JSON that is good, or spoilt in up to three places."""
    body = draw(good(type))
    for _ in range(draw(st.integers(0, 3))):
        body = _spoilt(draw, body)
    return msgspec.json.encode(body)


def _spoilt(draw: Callable[[st.SearchStrategy[Any]], Any], value: Any) -> Any:
    deeper = value and isinstance(value, dict | list) and draw(st.integers(0, 3))
    if isinstance(value, dict) and deeper:
        name = draw(st.sampled_from(sorted(value)))
        return value | {name: _spoilt(draw, value[name])}
    if isinstance(value, list) and deeper:
        place = draw(st.integers(0, len(value) - 1))
        return [*value[:place], _spoilt(draw, value[place]), *value[place + 1 :]]
    if isinstance(value, dict) and draw(st.booleans()):
        if value and draw(st.booleans()):
            gone = draw(st.sampled_from(sorted(value)))
            return {name: kept for name, kept in value.items() if name != gone}
        return value | {draw(st.text(max_size=4)): draw(JUNK)}
    return draw(JUNK)
