"""The AWS part of `python -m bench`: measure, write, show."""

import argparse
import json
import shutil
from functools import partial
from pathlib import Path

from rich.console import Console

from bench.aws.measure import measure_aws
from bench.aws.report import show

COLD_STARTS, QUICK_COLD_STARTS = 60, 3


def run_aws(options: argparse.Namespace, console: Console) -> bool:
    """Measure the AWS runtime on this machine; return whether every bar is reached. Raises BenchError."""
    folder = options.folder / "aws"
    folder.mkdir(parents=True, exist_ok=True)
    pairs = COLD_STARTS if options.pairs > 1 else QUICK_COLD_STARTS
    results = measure_aws(folder, options.peer_python, pairs, partial(console.print, highlight=False))
    shutil.rmtree(folder)
    target: Path = options.json.with_name(f"{options.json.stem}-aws.json")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(results.document(), indent=2) + "\n", encoding="utf-8")
    show(results, console)
    console.print(f"Written: {target}", highlight=False)
    return results.is_met
