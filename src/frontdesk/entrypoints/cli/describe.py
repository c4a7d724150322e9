"""`frontdesk openapi` and `frontdesk manifest`: what the services declare, as documents."""

from typing import Annotated

import msgspec
import typer

from frontdesk.entrypoints.cli import show
from frontdesk.entrypoints.cli.options import Services, names_in


def openapi(services: Services = "") -> None:
    """Print the OpenAPI document of the API."""
    from frontdesk import bootstrap  # noqa: PLC0415 - the services are this command's alone
    from frontdesk.entrypoints.openapi import openapi as document  # noqa: PLC0415
    from frontdesk.entrypoints.operations import OPERATIONS  # noqa: PLC0415

    show.as_json(document((*bootstrap.choose(names_in(services)), OPERATIONS)))


def manifest(
    services: Services = "",
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of the manifest.")] = False,
) -> None:
    """Print what the services need from a runtime: routes, tables, queues, scopes."""
    from frontdesk import bootstrap  # noqa: PLC0415 - as above
    from frontdesk.manifest import Manifest  # noqa: PLC0415
    from frontdesk.manifest import manifest as manifest_of  # noqa: PLC0415

    show.as_json(
        msgspec.json.schema(Manifest) if schema else manifest_of(bootstrap.choose(names_in(services)))
    )
