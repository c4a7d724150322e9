"""The metrics of a desk, declared. docs/reference/metrics.md is made of these; `metrics_page` fills them."""

from frontdesk.entrypoints.exposition import Metric

_ROUTE = ("method", "route")
_QUEUE = ("subscriber",)

REQUESTS = Metric(
    "frontdesk_requests_total",
    "counter",
    "Requests answered, by route and status; 2xx are accepted",
    (*_ROUTE, "status"),
)
REQUEST_SECONDS = Metric(
    "frontdesk_request_seconds",
    "histogram",
    "Time from the request to the end of its answer, by route",
    _ROUTE,
)
REFUSALS = Metric(
    "frontdesk_refusals_total",
    "counter",
    "Requests answered with a problem, by its code; `internal` is a bug of ours",
    ("code",),
)
REACTIONS = Metric(
    "frontdesk_reactions_total",
    "counter",
    "Runs of reactions, by what became of the message: done, refused, rerun, retry, dead. A batch that lost a race runs"
    " again and counts again",
    (*_QUEUE, "fate"),
)
REACTION_AGE = Metric(
    "frontdesk_reaction_age_seconds",
    "histogram",
    "Age of events when their reactions were done, retries left out; each of a batch counts with the age of its oldest",
    _QUEUE,
)
LAG = Metric(
    "frontdesk_lag_seconds",
    "gauge",
    "Age of the oldest event that a running subscriber falls behind with; past 1 second new requests are turned away"
    " with 503",
)
QUEUE_EVENTS = Metric(
    "frontdesk_queue_events",
    "gauge",
    "Events that lie before a subscriber and were not tried yet, at most: some may not concern it",
    _QUEUE,
)
QUEUE_OLDEST = Metric(
    "frontdesk_queue_oldest_seconds",
    "gauge",
    "Age of the oldest event that a subscriber has still to take in, those to be tried again among them; 0 for none",
    _QUEUE,
)
RETRIES = Metric(
    "frontdesk_retries_waiting", "gauge", "Messages that failed and are to be tried again", _QUEUE
)
DEAD_LETTERS = Metric(
    "frontdesk_dead_letters", "gauge", "Messages given up after 8 tries, which wait for a person", _QUEUE
)
TIMERS = Metric("frontdesk_timers_waiting", "gauge", "Timers that are set and have not fired")
EVENTS = Metric(
    "frontdesk_events_total", "counter", "Events published since the desk was set up: the place of the newest"
)
COMMIT_SECONDS = Metric(
    "frontdesk_commit_seconds",
    "histogram",
    "Time that a transaction waits for the disk; its count is the number of transactions",
)
COMMIT_SIZE = Metric(
    "frontdesk_commit_size",
    "histogram",
    "Submissions (requests, batches of reactions) that shared one transaction",
)
COMMITS_FAILED = Metric(
    "frontdesk_commits_failed_total", "counter", "Transactions that failed, so that their outcome was unknown"
)
DATABASE_BYTES = Metric("frontdesk_database_bytes", "gauge", "Size of the database file")
LOG_BYTES = Metric(
    "frontdesk_database_log_bytes", "gauge", "Size of the write-ahead log beside the database file"
)
DISK_FREE = Metric(
    "frontdesk_disk_free_bytes", "gauge", "Room that the desk's user has left on the disk of its data"
)
COPY_BEHIND = Metric(
    "frontdesk_copy_behind_seconds",
    "gauge",
    "How much would be lost with the disk, where a continuous copy is kept",
)
COPY_FAILING = Metric(
    "frontdesk_copy_failing", "gauge", "1 while something keeps the continuous copy from going on, else 0"
)
WORKER = Metric(
    "frontdesk_worker_ready",
    "gauge",
    "1 while a second process answers requests; 0 while none was needed yet, or it has ended",
)
WORKER_ENDS = Metric(
    "frontdesk_worker_ends_total",
    "counter",
    "Times that this second process ended or would not start, while the desk went on by itself",
)
READY = Metric("frontdesk_ready", "gauge", "1 while every part of the desk runs, else 0")
BUILD = Metric(
    "frontdesk_build_info", "gauge", "Always 1; its labels say what runs", ("version", "python_version")
)
CPU = Metric(
    "process_cpu_seconds_total",
    "counter",
    "Processor time that the desk's own process has used",
)
RESIDENT = Metric(
    "process_resident_memory_bytes",
    "gauge",
    "Memory that the desk's own process occupies",
)
OPEN_FILES = Metric("process_open_fds", "gauge", "Files and connections that the desk's own process has open")
MAX_FILES = Metric("process_max_fds", "gauge", "Files and connections that it may have open")
STARTED = Metric(
    "process_start_time_seconds", "gauge", "When the desk was started, in seconds since the epoch"
)

METRICS = tuple(value for value in list(vars().values()) if isinstance(value, Metric))
"""Every metric, in the order in which they are shown."""
