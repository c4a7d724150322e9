"""A set of services that cannot work together is refused before it starts, with every fault named."""

from collections.abc import Callable
from typing import Annotated, Any, ClassVar

import pytest

from frontdesk.declarations import DeclarationError, check_services
from frontdesk.kernel.http import Route
from frontdesk.kernel.kinds import Kind
from frontdesk.kernel.messages import Event
from frontdesk.kernel.sensitive import SENSITIVE
from frontdesk.kernel.services import Reaction, Service, subscribers
from frontdesk.kernel.unit import Unit
from tests.unit.kernel.shelf import JARS, Filled, Jar, Spoilt


class Sold(Event, frozen=True):
    """Somebody bought a jar, and the event says who."""

    NAME: ClassVar[str] = "Jar Sold"
    buyer: Annotated[str, SENSITIVE]


async def nothing(unit: Unit, *_: Any, **__: str) -> Any:
    """Do nothing."""


def route(method: str = "GET", path: str = "/jars", scope: str = "jars:read") -> Route:
    """Return a route."""
    return Route(method, path, nothing, lambda _: Jar(), Jar, "Look at jars", (scope,))


def jars(**changes: Any) -> Service:
    """Return a service that is declared as it should be, with changes."""
    usual: dict[str, Any] = {
        "kinds": (JARS,),
        "routes": (route(), route("POST", scope="jars:write")),
        "reactions": (Reaction(Filled, nothing, "counting"), Reaction(Spoilt, nothing, "cleaning")),
        "events": (Filled,),
        "timers": (Spoilt,),
        "scopes": {"jars:read": "Look at jars.", "jars:write": "Make jars."},
    }
    return Service("jars", **(usual | changes))


FAULTY: dict[str, tuple[Callable[[], list[Service]], str]] = {
    "service": (lambda: [jars(), Service("jars")], "service 'jars' is declared twice"),
    "kind": (lambda: [jars(), Service("tins", (Kind("jar", Jar),))], "record kind 'jar' is declared twice"),
    "kind of one service": (lambda: [jars(kinds=(JARS, JARS))], "record kind 'jar' is declared twice"),
    "event": (lambda: [jars(), Service("tins", events=(Filled,))], "event 'Jar Filled' is declared twice"),
    "event and timer": (lambda: [jars(events=(Filled, Spoilt))], "event 'Jar Spoilt' is declared twice"),
    "route": (lambda: [jars(routes=(route(), route()))], "route 'GET /jars' is declared twice"),
    "reaction": (
        lambda: [jars(reactions=(Reaction(Filled, nothing, "counting"),) * 2)],
        "reaction 'counting to Jar Filled' is declared twice",
    ),
    "subscriber": (
        lambda: [jars(), Service("tins", reactions=(Reaction(Filled, nothing, "counting"),))],
        "subscriber 'counting' belongs to two services",
    ),
    "scope": (
        lambda: [jars(routes=(route(scope="jars:eat"),))],
        "GET /jars needs the scope 'jars:eat', which no service declares",
    ),
    "personal event": (
        lambda: [jars(events=(Sold,))],
        "event 'Jar Sold' would publish the personal field 'buyer'",
    ),
    "personal timer": (
        lambda: [jars(timers=(Sold,))],
        "event 'Jar Sold' would publish the personal field 'buyer'",
    ),
    "timer of another": (
        lambda: [jars(), Service("tins", reactions=(Reaction(Spoilt, nothing, "tins"),))],
        "'tins' waits for a timer of another service",
    ),
}


def test_services_as_they_should_be_are_accepted() -> None:
    check_services([jars(), Service("tins", reactions=(Reaction(Filled, nothing, "tins"),))])


@pytest.mark.parametrize("fault", FAULTY)
def test_a_faulty_declaration_is_refused(fault: str) -> None:
    services, told = FAULTY[fault]
    with pytest.raises(DeclarationError) as refused:
        check_services(services())
    assert told in str(refused.value).split("; ")


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(DeclarationError) as refused:
        check_services([jars(kinds=(JARS, JARS), events=(Filled, Sold), routes=(route(scope="x"),))])
    assert len(str(refused.value).split("; ")) == 3


def test_a_subscriber_may_have_many_reactions() -> None:
    service = jars(reactions=(Reaction(Filled, nothing, "all"), Reaction(Spoilt, nothing, "all")))
    (name, (owner, reactions)), *rest = subscribers([service]).items()
    assert (name, owner, [reaction.on for reaction in reactions], rest) == (
        "all",
        service,
        [Filled, Spoilt],
        [],
    )
