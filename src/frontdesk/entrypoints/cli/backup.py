"""`frontdesk backup`, `restore` and `check`: a second copy, a way back, and whether the data is sound.

They work with the data folder itself, beside a running server or without one.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from frontdesk.entrypoints.cli import show
from frontdesk.entrypoints.cli.mending import FOUND
from frontdesk.entrypoints.cli.options import DEFAULTS, Data, Json

app = typer.Typer()


@app.command(epilog="Example: frontdesk backup /mnt/usb/shop-2026-03-14")
def backup(
    target: Annotated[Path, typer.Argument(help="A new folder for the backup.")],
    data: Data = DEFAULTS.data,
    json: Json = False,
) -> None:
    """Make a backup of the data, verified. Works beside a running server and does not hold it up.

    It holds personal data and the keys that sign tokens: keep it where only you can read it.
    """
    from frontdesk import __version__  # noqa: PLC0415 - only this command needs these
    from frontdesk.adapters.embedded.backup import back_up, page_count  # noqa: PLC0415
    from frontdesk.adapters.embedded.clock import MachineClock  # noqa: PLC0415
    from frontdesk.adapters.embedded.directory import DataDirectory  # noqa: PLC0415

    directory = DataDirectory(data)
    with show.progress("Pages", page_count(directory)) as advance:
        made = back_up(directory, target, MachineClock(), __version__, advance)
    if json:
        show.as_json(made)
        return
    show.details(
        [
            ("backup", target),
            ("of", f"everything answered before {made.taken_at:%Y-%m-%d %H:%M:%S} UTC"),
            ("records", _record_count(made.rows)),
            ("bytes", f"{sum(file.bytes for file in made.files):,}"),
            ("files", ", ".join(file.name for file in made.files)),
            ("left out", ", ".join(made.left_out)),
        ]
    )


@app.command(epilog="Example: frontdesk restore /mnt/usb/shop-2026-03-14 --data data-restored")
def restore(
    source: Annotated[Path, typer.Argument(help="The folder of a backup, or of a continuous copy.")],
    data: Annotated[Path, typer.Option("--data", help="The new data folder: missing, or empty.")],
    json: Json = False,
) -> None:
    """Make a new data folder from a backup or a continuous copy. Nothing is ever overwritten."""
    from frontdesk.adapters.embedded import backup_restore  # noqa: PLC0415 - as above

    done = backup_restore.restore(source, data)
    if json:
        show.as_json(
            {
                "data": str(data),
                "source": done.source,
                "moment": done.moment,
                "rows": done.facts.rows,
                "last_event": done.facts.last_event,
                "warnings": done.warnings,
            }
        )
    else:
        show.details(
            [
                ("restored", data),
                ("from", f"a {'continuous copy' if done.source == 'copy' else 'backup'} in {source}"),
                ("holds", f"everything answered before {done.moment:%Y-%m-%d %H:%M:%S.%f} UTC"),
                ("records", _record_count(done.facts.rows)),
            ]
        )
        for warning in done.warnings:
            show.note(f"frontdesk: {warning}")
    if done.warnings:
        raise typer.Exit(FOUND)


@app.command(epilog="Example: frontdesk check --deep")
def check(
    data: Data = DEFAULTS.data,
    deep: Annotated[bool, typer.Option("--deep", help="Read every single record too.")] = False,
    json: Json = False,
) -> None:
    """Look whether the data is sound. Ends with 1 when something is wrong."""
    from frontdesk.adapters.embedded.check import check_folder, is_sound  # noqa: PLC0415 - as above
    from frontdesk.adapters.embedded.clock import MachineClock  # noqa: PLC0415
    from frontdesk.adapters.embedded.directory import DataDirectory  # noqa: PLC0415
    from frontdesk.bootstrap import choose  # noqa: PLC0415
    from frontdesk.kernel.services import subscribers  # noqa: PLC0415

    services = choose()
    kinds = [kind for service in services for kind in service.kinds]
    findings = check_folder(DataDirectory(data), kinds, subscribers(services), MachineClock(), deep=deep)
    if json:
        show.as_json({"sound": is_sound(findings), "findings": findings})
    else:
        show.table(("check", "verdict", "detail"), [(f.check, f.verdict, f.detail) for f in findings])
    if not is_sound(findings):
        raise typer.Exit(FOUND)


def _record_count(rows: Mapping[str, int]) -> str:
    return f"{sum(count for name, count in rows.items() if name.startswith('r_')):,}"
