"""Each minute: the beat, and what was left behind.

Handed a payload like `{"republish": {"since": "2026-03-14T09:00:00Z", "until": ..., "services": ["orders"]}}`, it also
searches that stretch of the past: a beat proves the relay of one service only. `{}` looks at everything once.
"""

import logging
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from functools import cache
from typing import Any

import msgspec

from frontdesk.bootstrap_aws import Stage
from frontdesk.entrypoints.lambdas.again import Again
from frontdesk.entrypoints.lambdas.batches import Context, Deadline
from frontdesk.entrypoints.lambdas.beating import Hole, Pulse
from frontdesk.entrypoints.lambdas.draining import Objects, ParkedQueue, drain_objects, drain_parked
from frontdesk.entrypoints.lambdas.driving import drive
from frontdesk.entrypoints.lambdas.emf import Gauge
from frontdesk.entrypoints.lambdas.searching import Search, Searcher
from frontdesk.entrypoints.lambdas.starting import begin, gauge_of
from frontdesk.kernel.errors import Conflict
from frontdesk.kernel.ports import Clock
from frontdesk.measures import REPUBLISHED

LIST_EVERY_MINUTES = 15  # objects of failures: each list costs as much as 12 messages
SCHEDULED = "aws.events"
_log = logging.getLogger(__name__)


class FailedSweepError(Exception):
    """Some of the work is left for the next sweep; the log says why."""


class Stretch(msgspec.Struct, frozen=True):
    """What to publish again: what these services (none: all) wrote in a stretch of time."""

    since: datetime
    until: datetime
    services: tuple[str, ...] = ()


class Wish(msgspec.Struct, frozen=True):
    """What is asked for beyond the usual."""

    source: str = ""
    republish: Stretch | None = None


class SweeperFunction:
    """One sweep a call. `parked` are the parking queues by service, `again` what tells things again."""

    def __init__(
        self,
        pulse: Pulse,
        searcher: Searcher,
        *,
        parked: Mapping[str, ParkedQueue],
        objects: Callable[[], Objects],
        again: Callable[[str], Again],
        prefix: str,
        clock: Clock,
        gauge: Gauge,
    ) -> None:
        self._pulse = pulse
        self._searcher = searcher
        self._parked = parked
        self._objects = objects
        self._again = again
        self._prefix = prefix
        self._clock = clock
        self._gauge = gauge

    def sweep(self, event: Mapping[str, Any], context: Context) -> dict[str, Any]:
        """Do all parts, each whatever became of the others. Raises FailedSweepError at the end."""
        wish = msgspec.convert(event, Wish)
        deadline = Deadline(context)
        told_before = self._told()
        works = [self._beat(), *self._wished(wish)]
        works += [drain_parked(queue, self._again(name), deadline) for name, queue in self._parked.items()]
        if wish.source != SCHEDULED or self._clock.now().minute % LIST_EVERY_MINUTES == 0:
            works.append(drain_objects(self._objects(), self._again, self._prefix, deadline))
        works.append(self._searcher.go_on(deadline))
        done = [self._try(work) for work in works]
        republished = self._told() - told_before
        if republished:
            self._gauge.tell({REPUBLISHED: republished})
        if not all(done):
            raise FailedSweepError
        return {"republished": republished}

    async def _beat(self) -> None:
        hole = await self._pulse.beat()
        if hole is not None:
            await self._searcher.begin(hole, self._parked)

    def _wished(self, wish: Wish) -> list[Coroutine[Any, Any, None]]:
        if wish.republish is None:
            return []
        stretch = Hole(wish.republish.since, wish.republish.until)
        return [self._searcher.begin(stretch, wish.republish.services or self._parked)]

    def _try(self, work: Coroutine[Any, Any, None]) -> bool:
        try:
            drive(work)
        except Conflict:
            return True  # two sweeps at once: the other one does this
        except Exception:  # noqa: BLE001 - the other parts of the sweep have nothing to do with it
            _log.exception("a part of the sweep failed")
            return False
        return True

    def _told(self) -> int:
        return sum(self._again(name).published for name in self._parked)


def handle(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Sweep."""
    return _function().sweep(event, context)


def sweeper_function(stage: Stage) -> SweeperFunction:
    """Return the function of the sweep."""
    deployment = stage.manifest.deployment
    beat, gauge = deployment.beat, gauge_of(stage)
    store = stage.store(beat.service)
    heard = None if stage.settings.publish_all else deployment.heard()

    @cache
    def again(service: str) -> Again:
        return Again(stage.event_bus(service), stage.timers(service), heard)

    def look(service: str, search: Search) -> Any:
        return stage.rescan(service, search.since, search.until, search.after)

    return SweeperFunction(
        Pulse(beat.event, store, stage.queue(beat.queue), stage.clock, gauge),
        Searcher(store, look, again),
        parked={service: stage.parked(service) for service in deployment.parked},
        objects=stage.failures,
        again=again,
        prefix=stage.settings.prefix,
        clock=stage.clock,
        gauge=gauge,
    )


_function = begin(sweeper_function)
