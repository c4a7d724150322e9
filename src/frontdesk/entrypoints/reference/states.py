"""The states that things can be in, and the ways between them."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from frontdesk.entrypoints.reference.blocks import Block, Diagram, Heading, Page, Table, Text, prose

Transitions = Mapping[StrEnum, Mapping[StrEnum, StrEnum]]


def states(machines: Sequence[tuple[str, type, Transitions]]) -> Page:
    """Return the page: for each service its name, what has the states, and the transitions."""
    blocks: list[Block] = [
        Text("Whatever is not listed here does not happen: it is refused as `illegal_transition`.")
    ]
    for service, of, transitions in machines:
        blocks.extend(_machine(service, of, transitions))
    return Page("states", "States", blocks)


def _machine(service: str, of: type, transitions: Transitions) -> Iterator[Block]:
    ways = [(start, verb, end) for start, found in transitions.items() for verb, end in found.items()]
    yield Heading(2, f"{of.__name__} ({service})")
    yield Text(prose(of.__doc__))
    yield Diagram([(start.value, verb.value, end.value) for start, verb, end in ways])
    yield Table(("From", "What is done", "To"), [(f"`{a}`", verb.value, f"`{b}`") for a, verb, b in ways])
    ends = [f"`{state}`" for state, found in transitions.items() if not found]
    yield Text(f"Nothing follows {', '.join(ends)}.")
