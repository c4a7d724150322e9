"""What each function may do, and to what. Nothing is granted that its own short story does not need.

A transaction has no permission of its own: AWS asks for that of each action in it.
"""

from collections.abc import Iterable, Sequence

from frontdesk.adapters.aws.burial import KINDS
from frontdesk.adapters.aws.items import index_name
from frontdesk.kernel.services import Service
from frontdesk.manifest import uses
from frontdesk.manifest.shape import Permission, Queue

# What Lambda itself does in a function's name: it takes from queues and streams, and keeps what a relay failed on.
FROM_QUEUES = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
FROM_STREAMS = (
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
)
TO_BUCKETS = ("s3:PutObject", "s3:ListBucket")  # relays put there, too, what nobody can read
SEND = "sqs:SendMessage"
_LATER = "sqs:ChangeMessageVisibility"
BURY = (uses.GET, uses.PUT)
LETTER_INDEXES = tuple(index_name(kind.name, index.name) for kind in KINDS for index in kind.indexes)
_SET = ("scheduler:CreateSchedule",)
_CHANGE = ("scheduler:UpdateSchedule", "scheduler:DeleteSchedule")


def tells(service: Service) -> bool:
    """Return whether a service needs a relay: it publishes, or sets timers."""
    return bool(service.events or service.timers)


def http(service: Service) -> Iterable[Permission]:
    """Return what a service's API may do."""
    yield from _table(f"{service.name}-http", service)
    yield from _secrets(f"{service.name}-http")


def subscriber(service: Service, name: str, *, splits: bool) -> Iterable[Permission]:
    """Return what a subscriber, or several at one queue, may do. Also who keeps nothing buries what it has to give up.

    `splits`: what several of them hear is sent to each of them.
    """
    yield from _table(name, service, *BURY)
    yield Permission((*FROM_QUEUES, _LATER, *([SEND] if splits else [])), f"queue:{name}")
    yield from _secrets(name)


def outward(function: str, sender: str) -> Iterable[Permission]:
    """Return what a function may do to reach people. `sender` is the function that sends; "" where none is deployed."""
    if sender and uses.tells_people(function):
        yield Permission((uses.TELL,), f"function:{sender}")
    if uses.texts_people(function):
        yield Permission((uses.TEXT,), "text-messages")


def relay(service: Service, timed: Iterable[str]) -> Iterable[Permission]:
    """Return what a relay may do; `timed` are the queues of its service's timers."""
    yield Permission(FROM_STREAMS, f"stream:{service.name}")
    yield Permission(("events:PutEvents",), "bus")
    yield Permission((SEND,), f"parked:{service.name}")
    yield Permission(TO_BUCKETS, "failures")
    yield from _timing(timed, *_SET, *_CHANGE)


def oauth(service: Service, name: str) -> Iterable[Permission]:
    """Return what signing in may do."""
    yield from _table(name, service)
    yield from _secrets(name)


def keys() -> Iterable[Permission]:
    """Return what may be done by who publishes the keys of tokens: making the first, where there is none."""
    yield Permission((uses.SEE, uses.MAKE), "parameters:keys")


def operations(queues: Iterable[Queue]) -> Iterable[Permission]:
    """Return what the operator's routes may do: see to dead letters, and send them to their queues again."""
    mapped = [queue for queue in queues if queue.mapped]
    for service in dict.fromkeys(queue.service for queue in mapped):
        yield Permission((uses.GET, uses.MANY, uses.PUT), f"table:{service}")
        for index in LETTER_INDEXES:
            yield Permission(("dynamodb:Query",), f"index:{service}/{index}")
    for queue in mapped:
        yield Permission((SEND,), f"queue:{queue.name}")


def sweeper(
    services: Iterable[Service], queues: Sequence[Queue], keeper: str, beat: str
) -> Iterable[Permission]:
    """Return what the sweep may do: beat, and pass on whatever a relay could not."""
    yield Permission(("dynamodb:GetItem", "dynamodb:PutItem"), f"table:{keeper}")
    yield Permission(("sqs:ReceiveMessage", "sqs:DeleteMessage"), f"queue:{beat}")
    for service in services:
        if tells(service):
            yield Permission(("dynamodb:Scan",), f"table:{service.name}")
            yield Permission(("sqs:ReceiveMessage", "sqs:DeleteMessage"), f"parked:{service.name}")
    yield Permission(("events:PutEvents",), "bus")
    yield Permission(("s3:ListBucket", "s3:GetObject", "s3:DeleteObject"), "failures")
    # What was cancelled may have been set again since: the sweep sets what is missing, and changes nothing.
    yield from _timing((queue.name for queue in queues if queue.timers), *_SET)


def logs(name: str) -> Permission:
    """Return what every function may do."""
    return Permission(("logs:CreateLogStream", "logs:PutLogEvents"), f"logs:{name}")


def _table(function: str, service: Service, *more: str) -> Iterable[Permission]:
    indexes = uses.indexes(function, service)
    used = {*uses.actions(function), *more, *([uses.MANY] if indexes else [])}  # an index gives keys alone
    if used:
        yield Permission(tuple(filter(used.__contains__, uses.EVERYTHING)), f"table:{service.name}")
    for index in indexes:
        yield Permission(("dynamodb:Query",), f"index:{service.name}/{index}")


def _timing(timed: Iterable[str], *actions: str) -> Iterable[Permission]:
    names = tuple(timed)
    yield from (Permission((SEND,), f"queue:{name}") for name in names)
    if names:
        yield Permission(actions, "schedules")
        yield Permission(("iam:PassRole",), "scheduler-role")


def _secrets(function: str) -> Iterable[Permission]:
    if used := uses.secrets(function):
        yield Permission(used, "parameters")
    for place, actions in uses.kept(function).items():
        yield Permission(actions, f"parameters:{place}")
