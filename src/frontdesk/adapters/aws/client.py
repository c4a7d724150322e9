"""Calls to AWS: signed, retried within bounds, and answered with a dict or a typed error.

A request may reach AWS more than once, so a write needs a token by which its repeat is recognised.
"""

import ssl
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import Lock, Thread
from typing import Any, TypeVar

import msgspec

from frontdesk.adapters.aws import trust
from frontdesk.adapters.aws.clock import fraction
from frontdesk.adapters.aws.credentials import CredentialCache
from frontdesk.adapters.aws.errors import AwsError, has_expired, is_passing, read_error, skew
from frontdesk.adapters.aws.names import domain
from frontdesk.adapters.aws.signing import Credentials, Request, encode_path, encode_query, sign
from frontdesk.adapters.aws.transport import (
    Answer,
    Endpoint,
    Pool,
    Unreachable,
    encode_message,
    parse_url,
)

__all__ = [
    "DYNAMODB",
    "EVENTS",
    "LAMBDA",
    "S3",
    "SCHEDULER",
    "SNS",
    "SQS",
    "SSM",
    "Answer",
    "AwsClient",
    "AwsError",
    "AwsSettings",
    "Service",
    "Unreachable",
]

T = TypeVar("T")

BACKOFF = 0.05  # seconds; the longest pause before the first retry, doubled for each further one
MAX_BACKOFF = 2.0  # seconds
RETRY_BUDGET = 100.0  # retries that one client may spend on a service that stays down
BUDGET_PER_SUCCESS = 0.1  # earned back: in the long run at most one retry in ten successes


class Service(msgspec.Struct, frozen=True):
    """An AWS service. Where it speaks JSON over POST, `target` is the prefix of its operations; else it is REST."""

    name: str
    target: str = ""
    json_version: str = ""

    def url(self, region: str) -> str:
        """Return the public address of the service in a region."""
        return f"https://{self.name}.{region}.{domain(region)}"


DYNAMODB = Service("dynamodb", "DynamoDB_20120810", "1.0")
EVENTS = Service("events", "AWSEvents", "1.1")
LAMBDA = Service("lambda")
SQS = Service("sqs", "AmazonSQS", "1.0")
SSM = Service("ssm", "AmazonSSM", "1.1")
SCHEDULER = Service("scheduler")
S3 = Service("s3")
SNS = Service("sns")


class AwsSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How to reach AWS. Times are in seconds.

    `endpoint` stands in for every service's own address (an emulator, a VPC endpoint); `ca_file`
    for whom `trust` believes. `deadline` bounds a call with all its retries.
    """

    region: str
    credentials: CredentialCache
    endpoint: str | None = None
    ca_file: str | None = None
    connect_timeout: float = 1.0
    read_timeout: float = 3.0
    deadline: float = 10.0
    attempts: int = 4

    def __post_init__(self) -> None:
        """Refuse settings under which no call could ever be made."""
        if min(self.attempts, self.connect_timeout, self.read_timeout, self.deadline) <= 0:
            raise ValueError("attempts and times must be above zero")
        if self.endpoint is not None:
            parse_url(self.endpoint)


class RetryBudget:
    """A bucket that every retry drains and every success refills a little.

    A service that is down then sees each caller's first attempt and hardly any more. Thread-safe.
    """

    def __init__(self) -> None:
        self._left = RETRY_BUDGET
        self._lock = Lock()

    def spend(self) -> bool:
        """Take one retry out. False: there is none, give up."""
        with self._lock:
            if self._left < 1:
                return False
            self._left -= 1
            return True

    def earn(self) -> None:
        """Put the share of one success in."""
        with self._lock:
            self._left = min(self._left + BUDGET_PER_SUCCESS, RETRY_BUDGET)


class AwsClient:
    """One client for many threads, each call on a connection of its own."""

    def __init__(
        self,
        settings: AwsSettings,
        *,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        draw: Callable[[], float] = fraction,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._monotonic = monotonic
        self._sleep = sleep
        self._draw = draw
        self._skew = 0.0  # seconds by which our clock is behind
        self._pools: dict[str, tuple[Endpoint, Pool]] = {}
        self._tls: ssl.SSLContext | None = None
        self._lock = Lock()
        self._budget = RetryBudget()

    def call(self, service: Service, operation: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Make the call and return its answer, or {} if that is empty.

        Raises AwsError when AWS refuses; after a status of 500 and above the outcome is unknown,
        and so it is when a throttle ended a call that was retried. Raises Unreachable when no
        answer came; its `sent` says whether the outcome is unknown. Raises NoCredentials. All
        retries are already behind these errors.
        """
        headers = {
            "content-type": f"application/x-amz-json-{service.json_version}",
            "x-amz-target": f"{service.target}.{operation}",
        }
        body = msgspec.json.encode(payload)
        host = self._reach(service)[0].authority
        request = Request("POST", host, "/", "", headers, body)
        try:
            return self._perform(service, request, _document)
        except (AwsError, Unreachable) as error:
            error.add_note(f"in {operation} of {service.name}")
            raise

    def send(
        self,
        service: Service,
        method: str,
        path: str,
        *,
        query: Iterable[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Answer:
        """Call a REST service and return its answer as it came. `path` and `query` are not encoded yet.

        Raises what `call` raises.
        """
        host = self._reach(service)[0].authority
        request = Request(method, host, encode_path(path), encode_query(query), headers or {}, body)
        try:
            return self._perform(service, request, _whole)
        except (AwsError, Unreachable) as error:
            error.add_note(f"in {method} of {service.name}")
            raise

    @contextmanager
    def opening(self, service: Service) -> Iterator[None]:
        """Open a connection to a service while the block does something else; where none opens, a call will say why.

        Shaking hands takes some round trips. A function that imports its service meanwhile pays only for the longer.
        """
        opening = Thread(target=self._open, args=(service,), daemon=True)
        opening.start()
        try:
            yield
        finally:
            opening.join()

    def close(self) -> None:
        """Close the idle connections. A later call opens new ones."""
        for _, pool in list(self._pools.values()):
            pool.close()

    def _open(self, service: Service) -> None:
        with suppress(Unreachable, OSError):  # no connection, or no certificates to believe
            self._reach(service)[1].open()

    def _perform(self, service: Service, request: Request, read: Callable[[Answer], T]) -> T:
        """Attempt until it works, or time, attempts or budget run out. Pauses have full jitter."""
        until = self._monotonic() + self._settings.deadline
        unknown = False  # may any attempt so far have had its effect?
        attempt = 0
        failure: AwsError | Unreachable
        while True:
            try:
                found = read(self._attempt(service, request, until))
            except AwsError as refusal:
                failure = refusal
                unknown = unknown or refusal.is_fault
            except Unreachable as silence:
                failure = silence
                unknown = unknown or silence.sent
            else:
                self._budget.earn()
                return found
            pause = self._draw() * min(MAX_BACKOFF, BACKOFF * 2**attempt)
            attempt += 1
            over = attempt == self._settings.attempts or self._monotonic() + pause >= until
            if over or not is_passing(failure) or not self._budget.spend():
                break
            self._sleep(pause)
        if isinstance(failure, Unreachable) and unknown and not failure.sent:
            raise Unreachable("an earlier attempt was not answered", sent=True) from failure
        raise failure

    def _attempt(self, service: Service, request: Request, until: float) -> Answer:
        """Ask, and once more at once if our clock or our credentials were to blame."""
        credentials = self._settings.credentials.get()
        offset = self._skew  # another thread may correct it meanwhile
        answer = self._exchange(service, request, credentials, until)
        error = read_error(answer)
        if error is not None and (behind := skew(error, answer, self._clock() + offset)):
            self._skew = offset + behind
            answer = self._exchange(service, request, credentials, until)
            error = read_error(answer)
        if error is not None and has_expired(error):
            renewed = self._settings.credentials.renew(credentials)
            if renewed != credentials:
                answer = self._exchange(service, request, renewed, until)
                error = read_error(answer)
        if error is not None:
            raise error
        return answer

    def _exchange(self, service: Service, request: Request, credentials: Credentials, until: float) -> Answer:
        left = until - self._monotonic()
        if left <= 0:
            raise Unreachable("out of time", sent=False)
        moment = self._clock() + self._skew
        headers = sign(request, credentials, self._settings.region, service.name, moment)
        target = f"{request.path}?{request.query}" if request.query else request.path
        message = encode_message(request.method, target, headers, request.body)
        _, pool = self._reach(service)
        answer = pool.exchange(message, min(self._settings.read_timeout, left))
        checksum = answer.headers.get("x-amz-crc32")
        if checksum is not None and checksum != str(zlib.crc32(answer.body)):
            raise Unreachable("the answer was damaged on its way", sent=True)
        return answer

    def _reach(self, service: Service) -> tuple[Endpoint, Pool]:
        """Return the connections to a service, made on first use."""
        reached = self._pools.get(service.name)
        if reached is not None:
            return reached
        settings = self._settings
        url = settings.endpoint or service.url(settings.region)
        endpoint, _ = parse_url(url)
        with self._lock:
            if endpoint.tls and self._tls is None:
                self._tls = ssl.create_default_context(cafile=settings.ca_file or trust.AMAZON)
            tls = self._tls if endpoint.tls else None
            wider = None if settings.ca_file else trust.system
            pool = Pool(endpoint, tls=tls, connect_timeout=settings.connect_timeout, wider=wider)
            return self._pools.setdefault(service.name, (endpoint, pool))


def _whole(answer: Answer) -> Answer:
    return answer


def _document(answer: Answer) -> dict[str, Any]:
    try:
        return msgspec.json.decode(answer.body or b"{}", type=dict[str, Any])
    except msgspec.DecodeError as cause:
        raise Unreachable("the answer is not JSON", sent=True) from cause
