"""What goes into each package, and what stays at home."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

HOUSE = Path(__file__).resolve().parents[1]  # the package `frontdesk` as it is installed
MAX_BASE_BYTES = 1_000_000  # of its zip: what a cold start has to fetch

# What no function ever imports: the embedded runtime, the command line, and the tools of a workstation.
AT_HOME = (
    "__main__.py",
    "adapters/embedded",
    "adapters/mysql",
    "adapters/outbox",
    "adapters/telemetry",
    "bootstrap.py",
    "cost",
    "demo.py",
    "entrypoints/admission.py",
    "entrypoints/cli",
    "entrypoints/exposition.py",
    "entrypoints/http.py",
    "entrypoints/logs.py",
    "entrypoints/metrics.py",
    "entrypoints/metrics_page.py",
    "entrypoints/openapi.py",
    "entrypoints/pages.py",
    "entrypoints/postman",
    "entrypoints/process.py",
    "entrypoints/reference",
    "entrypoints/server.py",
    "entrypoints/throttle.py",
    "entrypoints/web.py",
    "infra",
    "packaging",
    "reconciliation",
    "takeover",
    "transfer",
)
# What only those import who sign tokens or check passwords.
OF_IDENTITY = ("adapters/passwords", "adapters/tokens", "entrypoints/oauth")


class Contents(msgspec.Struct, frozen=True):
    """One package: the lock of what it depends on, and what of the house it leaves out."""

    name: str
    lock: str
    left_out: tuple[str, ...]

    def files(self) -> Iterator[tuple[str, Path]]:
        """Give the modules of the house that go in, by their name in the zip."""
        for path in sorted(HOUSE.rglob("*.py")):
            inside = path.relative_to(HOUSE).as_posix()
            if not any(inside == name or inside.startswith(f"{name}/") for name in self.left_out):
                yield f"frontdesk/{inside}", path


BASE = Contents("base", "aws.txt", (*AT_HOME, *OF_IDENTITY))
IDENTITY = Contents("identity", "aws-identity.txt", AT_HOME)
PACKAGES = (BASE, IDENTITY)

# What wheels bring and no function reads: scripts, their own tests, types for checkers, what pip wrote down.
LEFT_OF_WHEELS = (
    "bin",
    "*.dist-info",
    "**/*.pyi",
    "**/py.typed",
    "jsonschema/benchmarks",
    "jsonschema/tests",
    "referencing/tests",
    "msgspec/**/*.c",
    "tzdata/zoneinfo/*.zi",
    "tzdata/zoneinfo/*.tab",
)
