"""The pages of the reference that a running desk shows: those of the services that it runs."""

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec

from frontdesk.entrypoints.reference.api import api, overview
from frontdesk.entrypoints.reference.blocks import Page
from frontdesk.entrypoints.reference.errors import errors
from frontdesk.entrypoints.reference.events import events
from frontdesk.entrypoints.reference.metrics import metrics
from frontdesk.entrypoints.reference.states import Transitions, states
from frontdesk.kernel.services import Service


def reference(services: Sequence[Service]) -> tuple[Page, ...]:
    """Return the pages, the overview first."""
    return (
        overview(services),
        api(services),
        events(services),
        states(machines(services)),
        errors(services),
        metrics(),
    )


def machines(services: Sequence[Service]) -> list[tuple[str, type, Transitions]]:
    """Return the `TRANSITIONS` that the services' models state."""
    found: list[tuple[str, type, Transitions]] = []
    for service in services:
        name = f"frontdesk.services.{service.name}.model"
        transitions = getattr(import_module(name), "TRANSITIONS", None) if _exists(name) else None
        if transitions is not None:
            found.append((service.name, type(next(iter(transitions))), transitions))
    return found


def _exists(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # what the entry points declare has no folder among the services
        return False
