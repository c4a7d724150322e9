"""How a function begins: its log, and its stage."""

import gc
from collections.abc import Callable
from functools import cache
from typing import TypeVar

from frontdesk.bootstrap_aws import Stage, this_stage
from frontdesk.config import is_deployed
from frontdesk.entrypoints.lambdas.answering import Check
from frontdesk.entrypoints.lambdas.driving import drive
from frontdesk.entrypoints.lambdas.emf import Gauge
from frontdesk.entrypoints.logs import start_logging

T = TypeVar("T")


def begin(make: Callable[[Stage], T]) -> Callable[[], T]:
    """Return what gives the function that `make` makes of its stage, once.

    Deployed, it is made at once: Lambda gives the start of a function a whole processor, and its first request less.
    """

    @cache
    def made() -> T:
        stage = this_stage()
        start_logging(stage.settings.log_level)
        return make(stage)

    if is_deployed():
        made()
        gc.freeze()  # what lives as long as the process need not be looked at again
        gc.enable()
    return made


def gauge_of(stage: Stage) -> Gauge:
    """Return where a function tells what it measured."""
    return Gauge(stage.settings.prefix, stage.clock)


def check_of(stage: Stage) -> Check:
    """Return what tells whether a verified token was withdrawn: nothing is, where nobody signs in at this stage."""
    seen = stage.withdrawals(drive)
    return seen.check if seen else lambda _: None
