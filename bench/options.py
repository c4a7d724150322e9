"""What `python -m bench` can be asked for."""

import argparse
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from bench.contestants import SERVICES
from bench.peer_shop import PYTHON

BUILD = Path("build")
AWS = "aws"  # needs no server and no wrk
APPOINTMENTS = "appointments"  # makes its own load
MEASURES = ("burst", "sustained", "growth", AWS, APPOINTMENTS)
PEERS = ("rival", "rival-tuned", "rival-function", "celery", "sqlite", "sqlite-tuned")
MANY_ORDERS = 1_000_000
NORMAL = {"pairs": 5, "seconds": 20, "burst_seconds": 5, "lag_seconds": 10, "only": MEASURES}
NORMAL |= {"appointments": 1_000_000, "window_seconds": 3}
QUICK = {"pairs": 1, "seconds": 5, "burst_seconds": 2, "lag_seconds": 3, "only": ("burst", "sustained", AWS)}
QUICK |= {"appointments": 100_000, "window_seconds": 2}
FULL = {"pairs": 5, "seconds": 120, "burst_seconds": 10, "lag_seconds": 30, "only": MEASURES}
FULL |= {"appointments": 1_000_000, "window_seconds": 4}
EPILOG = "Example: python -m bench --quick   (a minute: shows that it runs, and about how fast)"


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the options; what was not named is as the mode says."""
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Requests a second: ours beside others, in turns. Without a mode: three quarters of an hour.",
        epilog=EPILOG,
    )
    _add_modes(parser)
    _add_sizes(parser)
    parser.add_argument("--only", nargs="+", choices=MEASURES, help="what to measure (all)")
    parser.add_argument(
        "--stacks",
        nargs="*",
        choices=PEERS,
        default=PEERS,
        help="which peers take part (all); ours always does",
    )
    parser.add_argument(
        "--followed",
        action="store_true",
        help="appointments: ours also with all that follows a booking at work",
    )
    parser.add_argument("--services", default=SERVICES, help=f"services of ours ({SERVICES})")
    parser.add_argument("--json", type=Path, default=BUILD / "bench.json", help="where the figures go")
    parser.add_argument("--picture", type=Path, default=BUILD / "bench.svg", help="where the picture goes")
    parser.add_argument("--folder", type=Path, default=BUILD, help="where servers keep data; must be on disk")
    parser.add_argument("--peer-python", type=Path, default=PYTHON, help="of the peers' environment")
    options = parser.parse_args(arguments)
    for name, value in options.mode.items():
        if getattr(options, name) is None:
            setattr(options, name, value)
    return options


def _add_modes(parser: argparse.ArgumentParser) -> None:
    modes = parser.add_mutually_exclusive_group()
    for name, mode, words in (
        ("--quick", QUICK, "one short pair, without a million orders: a minute"),
        ("--full", FULL, "120 s for each sustained load: more than an hour"),
    ):
        modes.add_argument(name, dest="mode", action="store_const", const=mode, default=NORMAL, help=words)


def _add_sizes(parser: argparse.ArgumentParser) -> None:
    sizes: Sequence[tuple[str, int, int, Mapping[str, Any]]] = (
        ("--pairs", 1, 100, {"help": "how often each is measured, in turns (5)"}),
        ("--seconds", 1, 3_600, {"help": "length of one sustained load (20)"}),
        ("--burst-seconds", 1, 600, {"help": "length of one burst (5)"}),
        ("--lag-seconds", 0, 600, {"help": "length of the half load after each sustained one (10)"}),
        (
            "--orders",
            1,
            100_000_000,
            {"help": "orders stored for growth (1,000,000)", "default": MANY_ORDERS},
        ),
        ("--appointments", 10_000, 9_990_000, {"help": "appointments stored (1,000,000)"}),
        ("--window-seconds", 1, 60, {"help": "how long each rate of appointments is tried (3)"}),
        ("--products", 3, 9_999, {"help": "how many there are; a multiple of 3 (999)", "default": 999}),
        ("--workers", 1, 64, {"help": "web processes of the rival (2)", "default": 2}),
    )
    for name, low, high, more in sizes:
        parser.add_argument(name, type=partial(_between, low, high), **more)


def _between(low: int, high: int, text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = low - 1
    if not low <= number <= high:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from {low} to {high}")
    return number
