"""The measurements, in turns: a cold start of each, then a stretch of calls of each client."""

import os
import platform
import shutil
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from bench.aws.processes import HERE, Contestant, Endpoint, measured, running_endpoint
from bench.aws.results import BOTO3, OURS, POWERTOOLS, AwsResults, Start
from bench.errors import BenchError
from frontdesk import __version__
from frontdesk.adapters.aws.trust import AMAZON
from frontdesk.bootstrap import choose
from frontdesk.entrypoints.operations import OPERATIONS
from frontdesk.manifest.author import manifest
from frontdesk.packaging.build import build

CREATED = 201
ORDER = {"GetItem": 1, "BatchGetItem": 1, "PutItem": 1}
AGREED = {OURS: ORDER | {"GetItem": 2}, BOTO3: ORDER}  # ours also looks whether the token was withdrawn
CALL_PAIRS = 7
PACKAGES = ("boto3", "aws-lambda-powertools", "pydantic")
ARCHITECTURES = {"x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}

Say = Callable[[str], None]


def measure_aws(folder: Path, peer_python: Path, pairs: int, say: Say) -> AwsResults:
    """Build the function as for AWS, and measure it beside the others. Raises BenchError."""
    say("AWS: building the function's zip")
    task, zip_bytes = _function(folder)
    site = _site_packages(peer_python)
    ours, python, few = "frontdesk.entrypoints.lambdas.http", Path(sys.executable), Path(AMAZON)
    found, many = [HERE / "peers", site], site / "botocore" / "cacert.pem"
    contestants = (
        Contestant(OURS, "frontdesk", ours, "ours", python, [task], few),
        Contestant(BOTO3, "boto3 alone", "boto3_only", "boto3", peer_python, found, many),
        Contestant(POWERTOOLS, "Powertools", "powertools_app", "", peer_python, found, many),
    )
    results = AwsResults(
        _facts(site),
        {one.name: one.title for one in contestants},
        zip_bytes,
        {one.name: [] for one in contestants},
        {one.name: [] for one in contestants if one.client},
    )
    with running_endpoint() as endpoint:
        _cold_starts(endpoint, contestants, pairs, results, say)
        _calls(endpoint, [one for one in contestants if one.client], results, say)
    return results


def _cold_starts(
    endpoint: Endpoint, contestants: Sequence[Contestant], pairs: int, results: AwsResults, say: Say
) -> None:
    for one in contestants:  # the first makes byte code of the peers' own modules, and warms the disk's cache
        _start(endpoint, one)
        made = endpoint.calls()
        if made != AGREED.get(one.name, made):
            raise BenchError(f"{one.title} made other calls than were agreed: {made}")
    for pair in range(pairs):
        say(f"AWS: cold starts, pair {pair + 1} of {pairs}")
        for one in _in_turns(contestants, pair):
            results.starts[one.name].append(_start(endpoint, one))


def _start(endpoint: Endpoint, one: Contestant) -> Start:
    found = dict(measured(endpoint, one, "cold_start.py", [one.module, str(endpoint.request)]))
    if found.pop("status") != CREATED:
        raise BenchError(f"{one.title} did not place the order")
    return Start(**found)


def _calls(endpoint: Endpoint, contestants: Sequence[Contestant], results: AwsResults, say: Say) -> None:
    for pair in range(CALL_PAIRS):
        say(f"AWS: processor time a call, pair {pair + 1} of {CALL_PAIRS}")
        for one in _in_turns(contestants, pair):
            found = measured(endpoint, one, "calls.py", [one.client])
            results.calls[one.name].append(found["cpu_micros"])


def _in_turns(contestants: Sequence[Contestant], pair: int) -> Iterator[Contestant]:
    """Give each pair in the reverse order of the one before."""
    return iter(contestants if pair % 2 == 0 else contestants[::-1])


def _function(folder: Path) -> tuple[Path, int]:
    """Return a folder with what the zip holds, byte code and all, and the size of the zip."""
    out, task = folder / "packages", folder / "task"
    shutil.rmtree(task, ignore_errors=True)
    packages = build(manifest(choose(), OPERATIONS), ARCHITECTURES[platform.machine()], out, lambda _: None)
    with zipfile.ZipFile(out / packages.packages["base"].path) as archive:
        archive.extractall(task)
    return task, packages.packages["base"].bytes


def _facts(site: Path) -> dict[str, Any]:
    """Return what a reader must know to judge the figures; `load_average` is that of the minute before."""
    found = {one.name.replace("_", "-"): one.version for one in distributions(path=[str(site)])}
    if missing := [name for name in PACKAGES if name not in found]:
        raise BenchError(f"The peers' environment lacks {', '.join(missing)}; `make bench` installs it.")
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cpus": os.cpu_count(),
        "kernel": f"{platform.system()} {platform.release()} {platform.machine()}",
        "load_average": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "frontdesk": __version__,
        "peers": {name: found[name] for name in PACKAGES},
    }


def _site_packages(python: Path) -> Path:
    found = sorted(python.parents[1].glob("lib/python3*/site-packages"))
    if not found:
        raise BenchError(f"{python} is not of a virtual environment: run `make bench`.")
    return found[-1]
