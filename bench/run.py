"""`python -m bench`: ours and the usual stack in turns, on this machine, now."""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from rich.console import Console

from bench.contestants import PEER_PYTHON, Frontdesk, UsualStack, issue_tokens
from bench.disk import filesystem
from bench.errors import BenchError
from bench.facts import machine_facts
from bench.load import check_wrk
from bench.measure import Plan, measure
from bench.picture import picture
from bench.report import show
from bench.results import Results

BUILD = Path("build")
MAX_NUMBER = 3_600
EPILOG = (
    "Example: python -m bench --pairs 1 --seconds 2 --sustained 5   (shows that it runs, in half a minute)"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when every bar is reached, 1 when one is missed, 2 when the run could not be made."""
    options = _options(arguments)
    console = Console()
    try:
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
    return 0 if results.is_met else 1


def _run(options: argparse.Namespace, console: Console) -> Results:
    check_wrk()
    peer = UsualStack(options.peer_python)
    versions = peer.versions()
    folder = _fresh_folder(options.folder)
    try:
        with console.status("measuring ..."):
            plan = Plan(
                options.pairs, options.seconds, options.sustained, folder, issue_tokens(folder / "key")
            )
            held = Frontdesk(folder / "key", hold_reactions=True)
            facts = machine_facts(folder, versions)
            peers = (peer, UsualStack(options.peer_python, form="tuned"))
            results = measure(plan, held, peers, facts, partial(console.print, highlight=False))
    except BenchError as error:
        raise BenchError(f"{error}\nWhat the servers wrote is kept in {folder}.") from error
    except BaseException:
        shutil.rmtree(folder)
        raise
    shutil.rmtree(folder)
    return results


def _fresh_folder(parent: Path) -> Path:
    """Return a folder of this run alone. Raises BenchError where nothing is ever on disk."""
    parent.mkdir(parents=True, exist_ok=True)
    if filesystem(parent) == "tmpfs":
        raise BenchError(f"{parent} is in memory, where nothing is durable. Choose a --folder on a disk.")
    return Path(tempfile.mkdtemp(prefix="bench-", dir=parent))


def _write(results: Results, document: Path, drawing: Path) -> None:
    for path, text in (
        (document, json.dumps(results.document(), indent=2) + "\n"),
        (drawing, picture(results)),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Orders a second: ours beside the usual stack.", epilog=EPILOG
    )
    whole = partial(_between, 1, MAX_NUMBER)
    parser.add_argument("--pairs", type=whole, default=5, help="how often each is measured, in turns (5)")
    parser.add_argument("--seconds", type=whole, default=5, help="length of one measurement (5)")
    parser.add_argument("--sustained", type=whole, default=60, help="seconds of the long load (60)")
    parser.add_argument("--json", type=Path, default=BUILD / "bench.json", help="where the figures go")
    parser.add_argument("--picture", type=Path, default=BUILD / "bench.svg", help="where the picture goes")
    parser.add_argument("--folder", type=Path, default=BUILD, help="where servers keep data; must be on disk")
    parser.add_argument("--peer-python", type=Path, default=PEER_PYTHON, help="of the peer's environment")
    return parser.parse_args(arguments)


def _between(low: int, high: int, text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = low - 1
    if not low <= number <= high:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from {low} to {high}")
    return number
