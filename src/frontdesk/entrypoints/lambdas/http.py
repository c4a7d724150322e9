"""One service's API: payload 2.0 of an HTTP API, or a direct invocation."""

from collections.abc import Mapping
from typing import Any

from frontdesk.bootstrap_aws import Stage
from frontdesk.entrypoints.lambdas.answering import ServiceFunction
from frontdesk.entrypoints.lambdas.starting import begin, check_of, gauge_of


def handle(event: Mapping[str, Any], _: object) -> dict[str, Any]:
    """Answer one request."""
    return _function().answer(event)


def service_function(stage: Stage) -> ServiceFunction:
    """Return the function of one service's API."""
    with stage.opening_store():
        service = stage.service(stage.function.service)
        check = check_of(stage)
    return ServiceFunction(
        service, stage.bus(service), stage.store(service.name), gauge_of(stage), check=check
    )


_function = begin(service_function)
