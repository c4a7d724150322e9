"""Many histories, on every core."""

import multiprocessing
import os
import time
from collections.abc import Iterator

from rich.console import Console
from rich.progress import Progress

from tests.simulation.design import REAL
from tests.simulation.history import run_history
from tests.simulation.mutants import MUTANTS
from tests.simulation.report import Report

CHUNK = 50  # seeds that a process takes at once


def run_seeds(first: int, seeds: int, mutant: str = "", *, quiet: bool = False) -> Report:
    """Live so many histories, and stop at the first that catches a mutant. `quiet` shows no progress."""
    whole = Report()
    began = time.monotonic()
    with Progress(disable=quiet, console=Console(stderr=True)) as progress:
        bar = progress.add_task("simulating", total=seeds)
        for part in _parts(first, seeds, mutant):
            whole.merge(part)
            progress.update(bar, advance=part.histories, description=f"{len(whole.broken)} broken")
            if mutant and whole.broken:
                break
    whole.seconds = time.monotonic() - began
    return whole


def _parts(first: int, seeds: int, mutant: str) -> Iterator[Report]:
    chunks = [
        (start, min(start + CHUNK, first + seeds), mutant) for start in range(first, first + seeds, CHUNK)
    ]
    if len(chunks) == 1:
        yield _chunk(chunks[0])
        return
    with multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
        yield from pool.imap(_chunk, chunks)


def _chunk(chunk: tuple[int, int, str]) -> Report:
    first, end, mutant = chunk
    design = MUTANTS.get(mutant, REAL)
    report = Report()
    for seed in range(first, end):
        report.add(run_history(seed, design))
        if mutant and report.broken:
            break
    return report
