"""Makes one deployed function in a process of its own and prints what it imported, and how long that took.

python -m tests.unit.lambdas.wired MANIFEST FUNCTION HANDLER
"""

import sys
import time
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module

sys.modules["typing_extensions"] = None  # type: ignore[assignment] # no zip has it, and msgspec looks for it
BEFORE = frozenset(sys.modules)
BEGUN = time.perf_counter()


class Nobody:
    """Stands for AWS, which nobody calls here."""

    @staticmethod
    def opening(_: object) -> AbstractContextManager[None]:
        """Open nothing."""
        return nullcontext()


def main() -> None:
    """Wire a function as its module does where it is deployed."""
    import_module("frontdesk.entrypoints.lambdas")  # what is imported, and when, is what this measures
    import msgspec  # noqa: PLC0415

    from frontdesk.bootstrap_aws import Stage  # noqa: PLC0415
    from frontdesk.config import StageSettings  # noqa: PLC0415
    from frontdesk.manifest.running import Manifest  # noqa: PLC0415

    with open(sys.argv[1], "rb") as file:  # noqa: PTH123 - pathlib is one of the things to be watched
        manifest = msgspec.json.decode(file.read(), type=Manifest)
    name, handler = sys.argv[2:]
    settings = StageSettings(
        "frontdesk-x", "x", "123456789012", "eu-west-1", "bus", "group", name, issuer="https://x"
    )
    module = __import__(handler.rpartition(".")[0], fromlist=["handle"])
    (make,) = (made for name, made in vars(module).items() if name.endswith("_function") and name[0] != "_")
    stage = Stage(settings, manifest, Nobody())  # type: ignore[arg-type] # nothing is called
    if name != "identity-oauth":  # that one looks at its keys first
        made = make(stage)
        assert made is not None
    taken = (time.perf_counter() - BEGUN) * 1000
    here = {name for name, module in sys.modules.items() if type(module).__name__ != "_Later"}
    found = sorted(here - BEFORE)
    print(msgspec.json.encode({"modules": found, "millis": round(taken, 1)}).decode())  # noqa: T201


main()
