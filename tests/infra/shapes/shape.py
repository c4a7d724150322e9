"""What a stage is made of, in words of neither tool: by section, by name, as plain values.

A value that a plan does not know yet is LATER, and equal to everything. `compared` says so of both sides, so that what
differs can be read off a test that fails.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

LATER = "known once it is deployed"
API = "<the API>"  # its id, which AWS chooses

Shape = dict[str, dict[str, Any]]


def differences(one: Shape, other: Shape) -> dict[str, dict[str, tuple[Any, Any]]]:
    """Return by section and name what is not the same, as a pair."""
    found = {}
    for section in one.keys() | other.keys():
        first, second = compared(one.get(section, {}), other.get(section, {}))
        apart = {
            name: (first.get(name), second.get(name))
            for name in first.keys() | second.keys()
            if first.get(name) != second.get(name)
        }
        if apart and section != "not compared":
            found[section] = apart
    return found


def compared(one: Any, other: Any) -> tuple[Any, Any]:
    """Return both, with LATER on both sides of whatever is LATER on one."""
    if LATER in (one, other):
        return LATER, LATER
    if isinstance(one, dict) and isinstance(other, dict):
        pairs = {key: compared(one[key], other[key]) for key in one.keys() & other.keys()}
        return (
            {**one, **{key: pair[0] for key, pair in pairs.items()}},
            {**other, **{key: pair[1] for key, pair in pairs.items()}},
        )
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        both = [compared(*pair) for pair in zip(one, other, strict=True)]
        return [pair[0] for pair in both], [pair[1] for pair in both]
    return one, other


def places_of(value: Any, wanted: str = LATER, place: str = "") -> Iterator[str]:
    """Give the place of everything that is LATER, as `role` or `targets.*.arn`."""
    if value == wanted:
        yield place
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from places_of(inner, wanted, f"{place}.{key}".lstrip("."))
    elif isinstance(value, list):
        for inner in value:
            yield from places_of(inner, wanted, f"{place}.*".lstrip("."))


def grants(policy: Any) -> list[str]:
    """Return every single thing that a policy allows: one line for who, what, to what and when."""
    if policy == LATER:
        return [LATER]
    document = json.loads(policy) if isinstance(policy, str) else policy
    lines = []
    for statement in document["Statement"]:
        when = json.dumps(_listed(statement.get("Condition", {})), sort_keys=True)
        lines += [
            f"{statement['Effect']} {who} {what} to {to} when {when}"
            for who in _services(statement.get("Principal", {}))
            for what in many(statement["Action"])
            for to in many(statement.get("Resource", "-"))
        ]
    return sorted(lines)


def many(value: Any) -> list[Any]:
    """Return a list of one where a policy says a single value."""
    return list(value) if isinstance(value, list) else [value]


def _services(principal: Mapping[str, Any]) -> list[str]:
    return [name for kind in principal for name in many(principal[kind])] or ["the role"]


def _listed(condition: Mapping[str, Any]) -> Any:
    return {
        operator: {key: sorted(many(value)) for key, value in keys.items()}
        for operator, keys in condition.items()
    }
