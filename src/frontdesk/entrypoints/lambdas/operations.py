"""The operator's routes over the dead letters of every service, and what anybody may see of a stage."""

from collections.abc import Mapping
from typing import Any

import msgspec

from frontdesk.bootstrap_aws import Stage
from frontdesk.entrypoints.api import Response
from frontdesk.entrypoints.lambdas.answering import Page, ServiceFunction
from frontdesk.entrypoints.lambdas.driving import Threads
from frontdesk.entrypoints.lambdas.starting import begin, check_of, gauge_of
from frontdesk.entrypoints.operations import OPERATIONS


def handle(event: Mapping[str, Any], _: object) -> dict[str, Any]:
    """Answer one request."""
    return _function().answer(event)


def operations_function(stage: Stage) -> ServiceFunction:
    """Return the function of the operator's routes. They commit nothing, so they have no store of their own."""
    pages: dict[str, Page] = {
        "GET /health": lambda: Response(200, b'{"status":"ready"}'),
        "GET /openapi.json": Document(stage),
    }
    bus = stage.operations_bus(Threads().side_by_side)
    return ServiceFunction(
        OPERATIONS, bus, stage.store("operations"), gauge_of(stage), check=check_of(stage), pages=pages
    )


class Document:
    """The OpenAPI document of what is deployed: made when somebody asks, as all services are imported for it."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._made = b""

    def __call__(self) -> Response:
        """Return the document."""
        if not self._made:
            from frontdesk.entrypoints.openapi import openapi  # noqa: PLC0415 - see above

            services = [self._stage.service(entry.name) for entry in self._stage.manifest.services]
            self._made = msgspec.json.encode(openapi([*services, OPERATIONS]))
        return Response(200, self._made)


_function = begin(operations_function)
