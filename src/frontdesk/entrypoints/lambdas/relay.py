"""One service's stream: events to the bus, timers to their queues."""

from collections.abc import Mapping
from typing import Any

from frontdesk.bootstrap_aws import Stage
from frontdesk.entrypoints.lambdas.passing_on import Outlets, RelayFunction
from frontdesk.entrypoints.lambdas.starting import begin, gauge_of


def handle(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Pass a batch on; return from which record it is to come again."""
    return _function().pass_on(event, context)


def relay_function(stage: Stage) -> RelayFunction:
    """Return the function of one service's relay."""
    service = stage.function.service
    outlets = Outlets(
        stage.event_bus(service),
        stage.parking(service),
        stage.timers(service),
        lambda key, content: stage.failures().put(key, content),
    )
    return RelayFunction(
        service,
        outlets,
        heard=None if stage.settings.publish_all else stage.manifest.deployment.heard(),
        clock=stage.clock,
        chance=stage.chance,
        gauge=gauge_of(stage),
    )


_function = begin(relay_function)
