"""`frontdesk openapi` and `frontdesk manifest`: what the services declare, as documents."""

from typing import TYPE_CHECKING, Annotated

import typer

from frontdesk.entrypoints.cli import show
from frontdesk.entrypoints.cli.options import Json, Services, names_in

if TYPE_CHECKING:  # imported only by the command that shows one
    from frontdesk.manifest.shape import Deployment, Manifest


def openapi(services: Services = "") -> None:
    """Print the OpenAPI document of the API."""
    from frontdesk import bootstrap  # noqa: PLC0415 - the services are this command's alone
    from frontdesk.entrypoints.openapi import openapi as document  # noqa: PLC0415
    from frontdesk.entrypoints.operations import OPERATIONS  # noqa: PLC0415

    show.as_json(document((*bootstrap.choose(names_in(services)), OPERATIONS)))


def manifest(
    services: Services = "",
    json: Json = False,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of the manifest.")] = False,
    diagram: Annotated[bool, typer.Option("--diagram", help="Print a diagram of it (Mermaid).")] = False,
) -> None:
    """Print what the services need on AWS: a summary, or with [b]--json[/b] all of it, as Terraform and CDK read it."""
    from frontdesk.manifest.diagram import diagram as drawn  # noqa: PLC0415 - as above
    from frontdesk.manifest.schema import schema as schema_of  # noqa: PLC0415

    if schema:
        show.as_json(schema_of())
        return
    made = manifest_of(services)
    if json:
        show.as_json(made)
    elif diagram:
        typer.echo(drawn(made.deployment), nl=False)
    else:
        _summary(made.deployment)


def manifest_of(services: str) -> "Manifest":
    """Return the manifest of these services (commas between their names), or of all."""
    from frontdesk import bootstrap  # noqa: PLC0415 - as above
    from frontdesk.entrypoints.operations import OPERATIONS  # noqa: PLC0415
    from frontdesk.manifest.author import manifest as author  # noqa: PLC0415

    return author(bootstrap.choose(names_in(services)), OPERATIONS)


def _summary(deployment: "Deployment") -> None:
    queues = {queue.name: queue for queue in deployment.queues}
    routes = [route.function for route in deployment.routes]
    rows = []
    for function in deployment.functions:
        queue = queues.get(function.subscriber)
        hears = (*queue.events, *queue.timers) if queue else ()
        of_it = routes.count(function.name) or None
        rows.append((function.name, function.kind, function.memory, of_it, ", ".join(hears)))
    show.table(("Function", "Kind", "MB", "Routes", "Hears"), rows, right={"MB", "Routes"})
    show.note(
        f"{len(deployment.tables)} tables, {len(deployment.queues)} queues, {len(deployment.alarms)} alarms"
    )
