"""Metrics as lines of the log, in CloudWatch's embedded format: a line costs no call, and an unwritten metric nothing.

A metric of one's own costs 30 cents for each month in which it is told something, and that for each combination of its
dimensions. So there is one dimension, the stage; function and subscriber stand beside it, for whoever reads the log.
"""

import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from frontdesk.kernel.time import to_micros

NAMESPACE = "frontdesk"
DEAD_LETTERS = "DeadLetters"  # messages that were given up
PARKED = "Parked"  # messages that the bus refused
BEAT_LATE = "BeatLateSeconds"  # how long after its time the beat has not come back

_SECONDS = "Seconds"


class Metrics:
    """What one function tells. Takes figures and names of our own, and nothing that anybody sent."""

    def __init__(self, stage: str, function: str, write: Callable[[str], Any] | None = None) -> None:
        self._stage = stage
        self._function = function
        self._write = write or sys.stdout.write

    def tell(self, metric: str, value: float, at: datetime, *, subscriber: str = "") -> None:
        """Write one figure. A metric whose name ends in `Seconds` is measured in them, any other is counted."""
        unit = _SECONDS if metric.endswith(_SECONDS) else "Count"
        about = {
            "Timestamp": to_micros(at) // 1000,
            "CloudWatchMetrics": [
                {
                    "Namespace": NAMESPACE,
                    "Dimensions": [["Stage"]],
                    "Metrics": [{"Name": metric, "Unit": unit}],
                }
            ],
        }
        line: dict[str, Any] = {
            "_aws": about,
            "Stage": self._stage,
            "Function": self._function,
            metric: value,
        }
        if subscriber:
            line["Subscriber"] = subscriber
        self._write(f"{msgspec.json.encode(line).decode()}\n")
