"""`python -m bench`: ours and others in turns, on this machine, now."""

import argparse
import json
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console

from bench.appointments.run import run_appointments
from bench.aws.run import run_aws
from bench.contestants import Frontdesk, Stack
from bench.errors import BenchError
from bench.facts import machine_facts
from bench.folders import run_folder
from bench.load import check_wrk
from bench.measure import Plan, measure
from bench.options import APPOINTMENTS, AWS, parsed
from bench.peer_shop import PeerShop
from bench.picture import picture
from bench.report import show
from bench.results import HELD, OURS, RIVAL, TUTORIAL, Results
from bench.rivals import HANDWRITTEN, CeleryStack, Rival, UsualStack
from bench.servers import check_servers, postgres_version, redis_version

FEW_ORDERS = 10_000
SINGLE_SECONDS = 2
OTHERS = {AWS: run_aws, APPOINTMENTS: run_appointments}  # which write and show for themselves


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when every bar is reached, 1 when one is missed, 2 when the run could not be made."""
    options = parsed(arguments)
    console = Console(soft_wrap=True)
    try:
        others_met = [run(options, console) for name, run in OTHERS.items() if name in options.only]
        if set(options.only) <= OTHERS.keys():
            return 0 if all(others_met) else 1
        results = _run(options, console)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("bench: stopped; nothing was written.", file=sys.stderr)
        return 2
    _write(results, options.json, options.picture)
    show(results, console)
    console.print(f"Written: {options.json}, {options.picture}", highlight=False)
    return 0 if results.is_met and all(others_met) else 1


def _run(options: argparse.Namespace, console: Console) -> Results:
    check_wrk()
    check_servers(redis="celery" in options.stacks)
    with run_folder(options.folder) as folder:
        shop = PeerShop(folder, options.peer_python, options.products)
        peers = {**shop.versions(), "postgresql": postgres_version()}
        if "celery" in options.stacks:
            peers["redis-server"] = redis_version()
        facts = machine_facts(folder, peers)
        return measure(_plan(options, folder, shop), facts, partial(console.print, highlight=False))


def _plan(options: argparse.Namespace, folder: Path, shop: PeerShop) -> Plan:
    rival = Rival(shop, HANDWRITTEN, RIVAL, "the honest rival", options.workers)
    tuned_rival = Rival(shop, "statements", "rival-tuned", "the same in fewest round trips", options.workers)
    ours = Frontdesk(folder, options.products, options.services)
    held = Frontdesk(folder, options.products, options.services, True, HELD, "frontdesk, held")
    as_function = Rival(shop, "function", "rival-function", "its work in the database", options.workers)
    celery = CeleryStack(shop)
    tutorial = UsualStack(shop, "tutorial", TUTORIAL, "FastAPI + SQLite")
    tuned = UsualStack(shop, "tuned", "sqlite-tuned", "FastAPI + SQLite, tuned")

    def chosen(measure: str, stacks: Sequence[Any]) -> Sequence[Any]:
        wanted = {*options.stacks, HELD, OURS}
        return [stack for stack in stacks if stack.name in wanted] if measure in options.only else []

    burst: Sequence[Stack] = chosen("burst", [held, rival, tuned_rival, as_function, tutorial, tuned])
    return Plan(
        folder=folder,
        products=options.products,
        pairs=options.pairs,
        burst_seconds=options.burst_seconds,
        single_seconds=SINGLE_SECONDS,
        sustained_seconds=options.seconds,
        lag_seconds=options.lag_seconds,
        burst=burst,
        sustained=chosen("sustained", [ours, rival, tuned_rival, as_function, celery]),
        growth=chosen("growth", [ours, rival]),
        few=FEW_ORDERS,
        many=options.orders,
    )


def _write(results: Results, document: Path, drawing: Path) -> None:
    for path, text in (
        (document, json.dumps(results.document(), indent=2) + "\n"),
        (drawing, picture(results)),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
