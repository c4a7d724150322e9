"""`python -m bench --only appointments`: a million appointments, and the highest rate at which answers stay quick."""

import argparse
import json
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from rich.console import Console

from bench.appointments.measure import Plan, measure
from bench.appointments.report import drawn, show
from bench.appointments.results import ClinicResults
from bench.appointments.stacks import Frontdesk, Rival, Stack, versions
from bench.appointments.world import world_of
from bench.facts import machine_facts
from bench.folders import run_folder
from bench.servers import check_servers, postgres_version


def run_appointments(options: argparse.Namespace, console: Console) -> bool:
    """Measure, write figures and picture, show them; return whether the bar is reached. Raises BenchError."""
    check_servers(redis=False)
    with run_folder(options.folder) as folder:
        results = _measured(options, folder, console)
    figures, picture = (_beside(path) for path in (options.json, options.picture))
    figures.parent.mkdir(parents=True, exist_ok=True)
    figures.write_text(json.dumps(results.document(), indent=2) + "\n", encoding="utf-8")
    picture.parent.mkdir(parents=True, exist_ok=True)
    picture.write_text(drawn(results), encoding="utf-8")
    show(results, console)
    console.print(f"Written: {figures}, {picture}", highlight=False)
    return results.is_met


def _measured(options: argparse.Namespace, folder: Path, console: Console) -> ClinicResults:
    world = world_of(options.appointments, datetime.now(UTC).date())
    held = Frontdesk(folder, held=True)
    stacks: list[Stack] = [held]
    if "rival" in options.stacks:
        stacks.append(Rival(folder, options.peer_python, options.workers))
    if options.followed:
        stacks.append(Frontdesk(folder, filled=held))
    facts = machine_facts(folder, {**versions(options.peer_python, folder), "postgresql": postgres_version()})
    plan = Plan(folder, world, stacks, options.pairs, options.window_seconds)
    return measure(plan, facts, partial(console.print, highlight=False))


def _beside(path: Path) -> Path:
    """Return where figures of appointments go: beside those of orders."""
    return path.with_stem(f"{path.stem}-appointments")
