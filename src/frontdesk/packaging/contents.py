"""What goes into each package, and what stays at home."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

HOUSE = Path(__file__).resolve().parents[1]  # the package `frontdesk` as it is installed

# What no function ever imports: the embedded runtime, the command line, and the tools of a workstation.
AT_HOME = (
    "__main__.py",
    "adapters/aws/tables.py",
    "adapters/embedded",
    "adapters/memory",
    "adapters/mysql",
    "adapters/notifier/own_desk.py",
    "adapters/outbox/outbox.py",
    "adapters/passwords/threads.py",
    "adapters/telemetry",
    "adapters/tokens/files.py",
    "bootstrap.py",
    "cost",
    "declarations.py",
    "demo.py",
    "entrypoints/admission.py",
    "entrypoints/balance.py",
    "entrypoints/cli",
    "entrypoints/exposition.py",
    "entrypoints/http.py",
    "entrypoints/metrics.py",
    "entrypoints/metrics_page.py",
    "entrypoints/pages.py",
    "entrypoints/passing.py",
    "entrypoints/postman",
    "entrypoints/process.py",
    "entrypoints/reference",
    "entrypoints/requests.py",
    "entrypoints/server.py",
    "entrypoints/web.py",
    "entrypoints/wire.py",
    "entrypoints/worker.py",
    "kernel/checks.py",
    "manifest/alarms.py",
    "manifest/author.py",
    "manifest/deployment.py",
    "manifest/diagram.py",
    "manifest/permissions.py",
    "manifest/schema.py",
    "manifest/shape.py",
    "manifest/sharing.py",
    "manifest/sizes.py",
    "manifest/uses.py",
    "packaging",
    "reconciliation",
    "shipped",
    "transfer",
)
# What all the same goes along: a clock for functions that have an event loop, what every function that answers requests
# knows of tokens, and what makes keyed digests.
TAKEN_ALONG = (
    "adapters/embedded/__init__.py",
    "adapters/embedded/clock.py",
    "adapters/tokens/__init__.py",
    "adapters/tokens/keystore.py",
    "adapters/tokens/seals.py",
    "adapters/tokens/withdrawn.py",
)
# What only those import who sign tokens or check passwords.
OF_IDENTITY = (
    "adapters/passwords",
    "adapters/tokens",
    "entrypoints/lambdas/oauth.py",
    "entrypoints/oauth",
)

# What clinics need and shops do not.
OF_CLINICS = (
    "adapters/channels",
    "services/appointments",
    "services/notifications",
)

# What wheels bring and no function reads: scripts, their own tests, types for checkers, what pip wrote down; and time
# zones under names that a shop cannot have.
LEFT_OF_WHEELS = (
    "bin",
    "*.dist-info",
    "**/*.pyi",
    "**/py.typed",
    "tzdata/zoneinfo/*.zi",
    "tzdata/zoneinfo/*.tab",
    "tzdata/zoneinfo/leapseconds",
    "tzdata/zoneinfo/Brazil",
    "tzdata/zoneinfo/Canada",
    "tzdata/zoneinfo/Chile",
    "tzdata/zoneinfo/Mexico",
    "tzdata/zoneinfo/US",
)


_SUFFIXES = (".py", ".pem")  # modules, and the roots that they trust


class Contents(msgspec.Struct, frozen=True):
    """One package: the lock of what it depends on, and what of the house it leaves out."""

    name: str
    lock: str
    left_out: tuple[str, ...]

    def files(self) -> Iterator[tuple[str, Path]]:
        """Give the files of the house that go in, by their name in the zip."""
        for path in sorted(path for path in HOUSE.rglob("*") if path.suffix in _SUFFIXES):
            inside = path.relative_to(HOUSE).as_posix()
            if inside in TAKEN_ALONG or not any(_is_in(inside, name) for name in self.left_out):
                yield f"frontdesk/{inside}", path


def _is_in(path: str, name: str) -> bool:
    return path == name or path.startswith(f"{name}/")


BASE = Contents("base", "aws.txt", (*AT_HOME, *OF_IDENTITY, *OF_CLINICS))
CLINIC = Contents("clinic", "aws.txt", (*AT_HOME, *OF_IDENTITY))
IDENTITY = Contents("identity", "aws-identity.txt", (*AT_HOME, *OF_CLINICS))
PACKAGES = (BASE, CLINIC, IDENTITY)
