"""Metrics as CloudWatch reads them out of a log: its embedded metric format (EMF). One line says what happened, too."""

import sys
from collections.abc import Callable, Mapping, Sequence

import msgspec

from frontdesk.kernel.ports import Clock
from frontdesk.measures import NAMESPACE, STAGE, Measure

Value = int | float | Sequence[int | float]  # CloudWatch takes 100 values of one metric a line
Written = Mapping[Measure, Value]


def to_output(line: str) -> None:
    """Write a line to where a function's log is made of."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class Gauge:
    """Tells what was measured. `stage` is the prefix of the stage."""

    def __init__(self, stage: str, clock: Clock, write: Callable[[str], None] = to_output) -> None:
        self._stage = stage
        self._clock = clock
        self._write = write

    def tell(self, measured: Written, **more: str | float) -> None:
        """Write one line: the values, and whatever else is worth a look and not empty."""
        line: dict[str, object] = {name: value for name, value in more.items() if value != ""}
        line[STAGE] = self._stage
        line |= {measure.name: value for measure, value in measured.items()}
        if measured:
            about = {
                "Namespace": NAMESPACE,
                "Dimensions": [[STAGE]],
                "Metrics": [{"Name": measure.name, "Unit": measure.unit} for measure in measured],
            }
            moment = int(self._clock.now().timestamp() * 1000)
            line["_aws"] = {"Timestamp": moment, "CloudWatchMetrics": [about]}
        self._write(msgspec.json.encode(line).decode())
