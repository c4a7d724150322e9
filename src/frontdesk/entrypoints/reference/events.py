"""What the services tell each other: every event, who publishes it and who listens."""

from collections.abc import Iterator, Sequence

import msgspec

from frontdesk.entrypoints.openapi import REF
from frontdesk.entrypoints.reference.blocks import Block, Heading, Page, Table, Text, prose
from frontdesk.entrypoints.reference.shapes import fields, shape
from frontdesk.kernel import limits
from frontdesk.kernel.messages import Event
from frontdesk.kernel.services import Reaction, Service

NAME = "events"


def events(services: Sequence[Service]) -> Page:
    """Return the page."""
    told = [event for service in services for event in (*service.events, *service.timers)]
    found, components = msgspec.json.schema_components(told, ref_template=REF)
    names = {event: schema["$ref"].rpartition("/")[2] for event, schema in zip(told, found, strict=True)}
    blocks: list[Block] = [
        Text(
            "An event is a fact, told after the commit that made it true. It comes at least once and in any order;"
            f" a subscriber that fails is tried {limits.TRIES} times, then the message is a dead letter. A timer is an"
            " event that a service sets for itself. No event says anything personal."
        ),
        Text("Each travels with `id`, `name`, `schema`, `source`, `version`, `at` and `correlation_id`."),
    ]
    for service in services:
        for title, group in (("publishes", service.events), ("sets timers", service.timers)):
            if group:
                blocks.append(Heading(2, f"Service {service.name} {title}"))
            for event in group:
                blocks.extend(_event(event, services))
                blocks.append(fields(components[names[event]], NAME))
    blocks.append(Heading(2, "Subscribers"))
    blocks.append(Table(("Subscriber", "Service", "Hears", "How"), [*_subscribers(services)]))
    others = [name for name in components if name not in names.values()]
    if others:
        blocks.append(Heading(2, "Shapes"))
        for name in others:
            blocks.extend(shape(name, components[name], NAME))
    return Page(NAME, "Events", blocks)


def _event(event: type[Event], services: Sequence[Service]) -> Iterator[Block]:
    yield Heading(3, event.NAME)
    yield Text(prose(event.__doc__))
    heard = [r.subscriber for service in services for r in service.reactions if r.on is event]
    listeners = ", ".join(f"`{name}`" for name in sorted(set(heard))) or "nobody here; webhooks may carry it"
    yield Text(f"Schema {event.SCHEMA}. Heard by {listeners}.")


def _subscribers(services: Sequence[Service]) -> Iterator[tuple[str, str, str, str]]:
    for service in services:
        by_name: dict[str, list[Reaction]] = {}
        for reaction in service.reactions:
            by_name.setdefault(reaction.subscriber, []).append(reaction)
        for name, reactions in by_name.items():
            heard = ", ".join(f"[{r.on.NAME}](#{r.on.NAME.lower().replace(' ', '-')})" for r in reactions)
            how = "; ".join(sorted({_how(reaction) for reaction in reactions}))
            yield f"`{name}`", service.name, heard, how


def _how(reaction: Reaction) -> str:
    if reaction.slow:
        return "one by one, several at once: it waits for somebody outside"
    return "only the newest state" if reaction.latest else "every fact once, in batches"
