"""`GET /metrics`: the figures of a running desk, for a monitor."""

import platform
from collections.abc import Iterator, Mapping
from ipaddress import ip_address

from starlette.types import Receive, Scope, Send

from frontdesk import __version__
from frontdesk.adapters.embedded.runtime import EmbeddedRuntime
from frontdesk.adapters.embedded.survey import Survey
from frontdesk.adapters.embedded.worker import WorkerProcess
from frontdesk.entrypoints import metrics
from frontdesk.entrypoints.api import Response, problem
from frontdesk.entrypoints.asgi import reply
from frontdesk.entrypoints.exposition import CONTENT_TYPE, Metric, Sample, expose
from frontdesk.entrypoints.http import Desk
from frontdesk.entrypoints.process import Process, process
from frontdesk.entrypoints.requests import Requests
from frontdesk.kernel.errors import FrontdeskError, MethodNotAllowed, MissingScope

SCOPE = "operate"
METHODS = ("GET", "HEAD")
_FORWARDED = frozenset({"forwarded", "x-forwarded-for", "via", "x-real-ip"})  # what a proxy adds

Found = Iterator[tuple[Metric, list[Sample]]]


class MetricsPage:
    """The endpoint: for this machine, and for a token of the scope `operate` from anywhere."""

    def __init__(self, desk: Desk, runtime: EmbeddedRuntime, worker: WorkerProcess | None) -> None:
        self._desk = desk
        self._runtime = runtime
        self._worker = worker

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        try:
            if scope["method"] not in METHODS:
                raise MethodNotAllowed(allowed=METHODS)
            self._admit(scope)
        except FrontdeskError as error:
            await reply(send, problem(error, ""), "")
            return
        if self._worker is not None:
            await self._worker.counted()
        text = expose(
            [
                *_of_requests(self._desk.requests),
                *_of_runtime(self._runtime),
                *_of_worker(self._worker),
                *_of_survey(self._runtime, await self._runtime.survey()),
                *_of_process(process()),
            ]
        )
        await reply(send, Response(200, text, {}, CONTENT_TYPE), "")

    def _admit(self, scope: Scope) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        address = (scope.get("client") or ("",))[0]
        if is_this_machine(address, headers):
            return
        if SCOPE not in self._desk.caller(headers, address).scopes:
            raise MissingScope(needs=[SCOPE])


def is_this_machine(address: str, headers: Mapping[str, str]) -> bool:
    """Return whether a request comes from this very machine and was not handed on by a proxy on it."""
    try:
        is_near = ip_address(address).is_loopback
    except ValueError:
        return False
    return is_near and _FORWARDED.isdisjoint(headers) and "authorization" not in headers


def _of_requests(requests: Requests) -> Found:
    operations = sorted(requests.operations.items())
    yield (
        metrics.REQUESTS,
        [
            ((*key, str(status)), count)
            for key, operation in operations
            for status, count in sorted(operation.statuses.items())
        ],
    )
    yield (
        metrics.REQUEST_SECONDS,
        [(key, operation.seconds) for key, operation in operations if operation.statuses],
    )
    yield metrics.REFUSALS, [((code,), count) for code, count in sorted(requests.refusals.items())]


def _of_runtime(runtime: EmbeddedRuntime) -> Found:
    yield (
        metrics.REACTIONS,
        [
            ((name, fate), count)
            for name, figures in runtime.reactions.items()
            for fate, count in figures.counts().items()
        ],
    )
    yield (
        metrics.REACTION_AGE,
        [((name,), position.ages) for name, position in runtime.log.positions().items()],
    )
    yield metrics.LAG, [((), runtime.log.lag())]
    yield metrics.EVENTS, [((), runtime.log.head)]
    commits = runtime.writer.figures
    yield metrics.COMMIT_SECONDS, [((), commits.seconds)]
    yield metrics.COMMIT_SIZE, [((), commits.sizes)]
    yield metrics.COMMITS_FAILED, [((), commits.failed)]
    if runtime.copy is not None:
        until = runtime.copy.until
        if until is not None:
            yield metrics.COPY_BEHIND, [((), (runtime.bus.clock.now() - until).total_seconds())]
        yield metrics.COPY_FAILING, [((), int(bool(runtime.copy.failing)))]
    yield metrics.READY, [((), int(runtime.is_ready()))]


def _of_worker(worker: WorkerProcess | None) -> Found:
    yield metrics.WORKER, [((), int(worker is not None and worker.is_ready))]
    yield metrics.WORKER_ENDS, [((), 0 if worker is None else worker.ends)]


def _of_survey(runtime: EmbeddedRuntime, survey: Survey) -> Found:
    now = runtime.bus.clock.now()
    waiting = sorted(survey.waiting.items())
    yield metrics.QUEUE_EVENTS, [((name,), queue.fresh) for name, queue in waiting]
    yield (
        metrics.QUEUE_OLDEST,
        [
            ((name,), max(0.0, (now - queue.oldest).total_seconds()) if queue.oldest else 0)
            for name, queue in waiting
        ],
    )
    yield metrics.RETRIES, [((name,), queue.retries) for name, queue in waiting]
    yield metrics.DEAD_LETTERS, [((name,), queue.dead) for name, queue in waiting]
    yield metrics.TIMERS, [((), survey.timers)]
    yield metrics.DATABASE_BYTES, [((), survey.database_bytes)]
    yield metrics.LOG_BYTES, [((), survey.log_bytes)]
    yield metrics.DISK_FREE, [((), survey.free_bytes)]


def _of_process(found: Process) -> Found:
    yield metrics.BUILD, [((__version__, platform.python_version()), 1)]
    yield metrics.CPU, [((), found.cpu_seconds)]
    yield metrics.RESIDENT, [((), found.resident_bytes)]
    yield metrics.OPEN_FILES, [((), found.open_files)]
    yield metrics.MAX_FILES, [((), found.max_files)]
    yield metrics.STARTED, [((), found.started_at)]
