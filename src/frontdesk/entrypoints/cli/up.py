"""`frontdesk up`: serve the desk on this machine."""

from pathlib import Path
from typing import Annotated

import typer
from msgspec.structs import replace

from frontdesk.config import WorkerUse
from frontdesk.entrypoints.cli.options import DEFAULTS, Data, Services, names_in


def up(
    data: Data = DEFAULTS.data,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = DEFAULTS.host,
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="The port to listen on; 0 takes any free one.")
    ] = DEFAULTS.port,
    services: Services = "",
    demo: Annotated[
        bool, typer.Option("--demo", help="Load two small shops and a clinic to play with.")
    ] = False,
    hold_reactions: Annotated[
        bool, typer.Option("--hold-reactions", help="Accept requests, but leave their events in the log.")
    ] = False,
    copy_to: Annotated[
        Path | None, typer.Option(help="Keep a copy of the data in this folder, a second behind at most.")
    ] = DEFAULTS.copy_to,
    worker: Annotated[
        WorkerUse,
        typer.Option(
            help="Answer requests in a second process: for a crowd, on two processors; or always, or never."
        ),
    ] = DEFAULTS.worker,
    otlp: Annotated[
        str, typer.Option(help="Tell this OpenTelemetry collector what happens (OTLP over HTTP).")
    ] = DEFAULTS.otlp,
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error.")] = DEFAULTS.log_level,
) -> None:
    """Serve the desk on this machine. Ctrl-C stops it; nothing accepted is lost.

    A service that is left out of [b]--services[/b] misses nothing: started again, it takes in what happened since.
    """
    import asyncio  # noqa: PLC0415 - a server's imports are this command's alone

    from frontdesk import bootstrap  # noqa: PLC0415
    from frontdesk.entrypoints.cli.serving import serve  # noqa: PLC0415
    from frontdesk.entrypoints.logs import start_logging  # noqa: PLC0415

    start_logging(log_level)
    settings = replace(
        DEFAULTS,
        data=data,
        host=host,
        port=port,
        hold_reactions=hold_reactions,
        log_level=log_level,
        copy_to=copy_to,
        worker=worker,
        otlp=otlp,
    )
    asyncio.run(serve(settings, bootstrap.choose(names_in(services)), demo=demo))
