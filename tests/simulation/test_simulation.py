"""The short run of the simulation, and what makes its failures worth reading: they can be repeated."""

import json
import subprocess
import sys

import pytest

from tests.simulation.history import RUNTIMES, run_history
from tests.simulation.mutants import MUTANTS
from tests.simulation.report import STANDARD_SEEDS, Report

MUTANT_SEEDS = 2_000
WRONG = [(mutant, runtime) for mutant in MUTANTS for runtime in RUNTIMES]
WRONG.remove(("relay-trusts-partial-result", "embedded"))  # it has no relay
DIGESTS = (
    "from tests.simulation.history import run_history; print(*[run_history(s).digest for s in range(24)])"
)


def test_no_history_breaks_a_law_and_no_fault_is_left_untried() -> None:
    report = Report()
    for seed in range(STANDARD_SEEDS):
        report.add(run_history(seed))

    assert not report.broken
    assert not report.unknown
    assert not report.unmet


@pytest.mark.parametrize(("mutant", "runtime"), WRONG)
def test_a_desk_with_one_wrong_part_is_caught(mutant: str, runtime: str) -> None:
    seeds = range(tuple(RUNTIMES).index(runtime), MUTANT_SEEDS, len(RUNTIMES))

    assert any(run_history(seed, MUTANTS[mutant]).broken for seed in seeds)


def test_the_same_seed_is_the_same_history() -> None:
    for seed in range(40):
        assert run_history(seed).digest == run_history(seed).digest


def test_different_seeds_are_different_histories() -> None:
    assert len({run_history(seed).digest for seed in range(40)}) == 40


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_the_same_seed_is_the_same_history_in_every_process(hash_seed: str) -> None:
    here = " ".join(run_history(seed).digest for seed in range(24))

    there = subprocess.run(
        [sys.executable, "-c", DIGESTS],
        env={"PYTHONHASHSEED": hash_seed, "PATH": ""},
        capture_output=True,
        check=True,
        text=True,
    )

    assert there.stdout.strip() == here


def test_a_failing_seed_is_named_with_the_command_that_repeats_it() -> None:
    seed = next(
        seed for seed in range(MUTANT_SEEDS) if run_history(seed, MUTANTS["timer-fires-early"]).broken
    )
    again = ["-m", "tests.simulation", "--seeds", "1", "--first", str(seed), "--mutant", "timer-fires-early"]

    told = subprocess.run([sys.executable, *again], capture_output=True, check=True, text=True)

    assert " ".join(["python", *again]) in told.stdout
    assert "came before it was due" in told.stdout


def test_a_run_can_be_read_by_a_program() -> None:
    arguments = ["-m", "tests.simulation", "--seeds", "10", "--json"]

    told = subprocess.run([sys.executable, *arguments], capture_output=True, check=True, text=True)

    assert json.loads(told.stdout)["clean"] is True
    assert json.loads(told.stdout)["histories"] == 10


def test_a_mutant_that_is_not_caught_fails_the_run() -> None:
    arguments = ["-m", "tests.simulation", "--seeds", "0", "--mutant", "no-dedupe"]

    told = subprocess.run([sys.executable, *arguments], capture_output=True, check=False, text=True)

    assert told.returncode == 1
