"""A bill: one term for each thing that AWS counts."""

from collections.abc import Iterable

import msgspec

from frontdesk.cost.prices import Prices

VCPU_MB = 1769  # the memory that comes with one whole processor; source: "Configure Lambda function memory"
GB = 1024**3


class Term(msgspec.Struct, frozen=True):
    """So many of something, and what they cost in dollars together."""

    name: str
    quantity: float
    unit: str
    dollars: float


class Bill(msgspec.Struct, frozen=True):
    """All terms, and their sum."""

    terms: tuple[Term, ...]

    @property
    def dollars(self) -> float:
        """Return the sum."""
        return sum(term.dollars for term in self.terms)


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """What is used, in the units that AWS counts. Everything that is 0 is left out of a bill."""

    api_requests: float = 0
    invocations: float = 0
    gb_seconds: float = 0
    table_writes: float = 0
    index_writes: float = 0
    repeat_writes: float = 0  # of a table that exists to recognise repeats
    reads: float = 0
    stored_bytes: float = 0
    events: float = 0
    queue_requests: float = 0
    schedules: float = 0  # that fired
    polls: float = 0  # of queues, by Lambda, whether there is something or not
    log_bytes: float = 0
    lists: float = 0
    alarms: float = 0  # beyond those that are free

    def __add__(self, other: "Use") -> "Use":
        """Return both together."""
        return Use(**{name: getattr(self, name) + getattr(other, name) for name in self.__struct_fields__})

    def times(self, factor: float) -> "Use":
        """Return so many times this."""
        return Use(**{name: getattr(self, name) * factor for name in self.__struct_fields__})


def total(uses: Iterable[Use]) -> Use:
    """Return all of them together."""
    return sum(uses, Use())


def bill(use: Use, prices: Prices) -> Bill:
    """Return what that costs."""
    terms = (
        Term("API", use.api_requests, "requests", use.api_requests * prices.api_request),
        Term("Lambda, requests", use.invocations, "requests", use.invocations * prices.invocation),
        Term("Lambda, duration", use.gb_seconds, "GB-seconds", use.gb_seconds * prices.gb_second),
        Term("DynamoDB, writing tables", use.table_writes, "units", use.table_writes * prices.write_unit),
        Term("DynamoDB, writing indexes", use.index_writes, "units", use.index_writes * prices.write_unit),
        Term("DynamoDB, writing repeats", use.repeat_writes, "units", use.repeat_writes * prices.write_unit),
        Term("DynamoDB, reading", use.reads, "units", use.reads * prices.read_unit),
        Term(
            "DynamoDB, keeping it a month",
            use.stored_bytes / GB,
            "GB",
            use.stored_bytes / GB * prices.table_gb_month,
        ),
        Term("EventBridge", use.events, "events", use.events * prices.event),
        Term("SQS, messages", use.queue_requests, "requests", use.queue_requests * prices.queue_request),
        Term("Scheduler", use.schedules, "schedules", use.schedules * prices.schedule),
        Term("SQS, polling", use.polls, "requests", use.polls * prices.queue_request),
        Term("CloudWatch, logs", use.log_bytes / GB, "GB", use.log_bytes / GB * prices.log_gb),
        Term("CloudWatch, alarms", use.alarms, "alarms", use.alarms * prices.alarm_month),
        Term("S3, lists", use.lists, "requests", use.lists * prices.list_request),
    )
    return Bill(tuple(term for term in terms if term.quantity))


def gb_seconds(memory: int, cpu_ms: float, waiting_ms: float) -> float:
    """Return what a run counts: its work takes longer the smaller the function's share of a processor is."""
    busy_ms = cpu_ms * max(1.0, VCPU_MB / memory)
    return memory / 1024 * (busy_ms + waiting_ms) / 1000
