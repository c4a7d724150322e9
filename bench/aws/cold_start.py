"""What one fresh process does: it imports a function and gives it its first request, and notes what that took.

It stands alone: no module of this repository, and before the function itself nothing but the standard library.
Arguments: the file to write to, the module, the request's file, and the folders to find the module in.
"""

import sys
import time

begun = time.perf_counter()

# What Lambda's own runtime has imported before a function is looked at. Source: awslambdaric, bootstrap.py.
import concurrent.futures  # noqa: E402, F401
import json  # noqa: E402
import logging  # noqa: E402, F401
import traceback  # noqa: E402, F401
from importlib import import_module  # noqa: E402


class Context:
    """As much of Lambda's context as functions look at."""

    function_name = "frontdesk-bench-orders-http"
    function_version = "$LATEST"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:eu-west-1:000000000000:function:frontdesk-bench-orders-http"
    aws_request_id = "00000000-0000-4000-8000-000000000000"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        """Return a plenty of time."""
        return 10_000


def main(target: str, module: str, request: str, *folders: str) -> None:
    """Measure, and write milliseconds and the answer's status."""
    ready, spent = time.perf_counter(), time.process_time()
    sys.path[:0] = folders
    with open(request, encoding="utf-8") as file:  # noqa: PTH123 - pathlib would be one import more
        event = json.load(file)
    handle = import_module(module).handle
    imported = time.perf_counter()
    answer = handle(event, Context())
    done = time.perf_counter()
    found = {
        "runtime_ms": (ready - begun) * 1000,
        "import_ms": (imported - ready) * 1000,
        "order_ms": (done - imported) * 1000,
        "cpu_ms": (time.process_time() - spent) * 1000,
        "status": answer["statusCode"],
    }
    with open(target, "w", encoding="utf-8") as file:  # noqa: PTH123 - as above
        json.dump(found, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
