"""What AWS says when it refuses, and which refusals pass by themselves.

Source: "Error handling with DynamoDB" and "Common errors" in the API references of AWS.
"""

from typing import Any

import msgspec

from frontdesk.adapters.aws.transport import Answer, Unreachable

MAX_SKEW = 240.0  # seconds; AWS refuses five minutes, so this much is worth correcting
_REFUSED = 300  # the first status that is no answer; AWS does not redirect these calls
_FAULTS = 500  # the first status that is a fault of the server
_TOO_MANY = 429
_THROTTLED = frozenset({
    "BandwidthLimitExceeded",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceeded",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingError",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
})  # fmt: skip
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException"})
_WRONG_MOMENT = frozenset({
    "AuthFailure",
    "InvalidSignatureException",
    "RequestExpired",
    "RequestInTheFuture",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
})  # fmt: skip


class AwsError(Exception):
    """AWS answered, and the answer was no.

    `code` is the bare name (`ConditionalCheckFailedException`), or `Http<status>` if the answer had
    none. `message` and `body` may quote the caller's data, so `str()` shows neither: keep them out
    of logs. A refused condition finds the old item in `body["Item"]`, a refused transaction its
    reasons, in the order of the actions, in `body["CancellationReasons"]`.
    """

    def __init__(self, code: str, message: str, status: int, body: dict[str, Any]) -> None:
        super().__init__(f"{code} ({status})")
        self.code = code
        self.message = message
        self.status = status
        self.body = body

    @property
    def is_fault(self) -> bool:
        """The server broke: it may have done what was asked."""
        return self.status >= _FAULTS


def read_error(answer: Answer) -> AwsError | None:
    """Return the error in the answer, or None if there is none."""
    if answer.status < _REFUSED:
        return None
    try:
        body = msgspec.json.decode(answer.body, type=dict[str, Any])
    except msgspec.DecodeError:
        body = {}
    named = (
        answer.headers.get("x-amzn-errortype") or body.get("__type") or body.get("code") or _in_xml(answer)
    )
    # As seen: "X", "com.amazonaws.dynamodb.v20120810#X", and "X:http://internal.amazon.com/…".
    code = str(named or f"Http{answer.status}").partition(":")[0].rpartition("#")[2]
    message = str(body.get("message") or body.get("Message") or "")
    return AwsError(code, message, answer.status, body)


def _in_xml(answer: Answer) -> str:
    """Return the code of an error of S3, which alone does not speak JSON."""
    return answer.body.partition(b"<Code>")[2].partition(b"</Code>")[0].decode("ascii", "replace")


def is_passing(failure: AwsError | Unreachable) -> bool:
    """Say whether the same request may succeed a moment later."""
    if isinstance(failure, Unreachable) or failure.is_fault or failure.status == _TOO_MANY:
        return True
    reasons = failure.body.get("CancellationReasons") or ()
    causes = {reason.get("Code") for reason in reasons} - {"None", None}
    return failure.code in _THROTTLED or (bool(causes) and causes <= _THROTTLED)


def has_expired(error: AwsError) -> bool:
    """Say whether the credentials were good once."""
    return error.code in _EXPIRED


def skew(error: AwsError, answer: Answer, moment: float) -> float:
    """Return how many seconds our clock is behind theirs; 0.0 unless that explains the refusal.

    `moment` is what we took for now, in epoch seconds.
    """
    if error.code not in _WRONG_MOMENT:
        return 0.0
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - slow to import, hardly ever needed

    try:
        theirs = parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (KeyError, ValueError):
        return 0.0
    return theirs - moment if abs(theirs - moment) > MAX_SKEW else 0.0
