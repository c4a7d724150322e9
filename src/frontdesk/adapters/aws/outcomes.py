"""What a refused write means. The order of the answers is that of `kernel.checks`.

    DynamoDB says                                      the caller hears
    ConditionalCheckFailed, the item has our token     nothing: a retry met its own first attempt
    ConditionalCheckFailed on a record                 Conflict
    ... else on a claim                                ClaimTaken, with the owner that the reason shows
    ... else on counters                               CounterRefused
    TransactionConflict, before one of these           nothing yet: no decision depends on it, so the store tries again
    anything else                                      our bug: the error as it came

What passes by itself (throttles, faults, silence) has been tried again by the client and is not seen here.
"""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from frontdesk.adapters.aws.client import AwsError
from frontdesk.adapters.aws.items import claim_of
from frontdesk.kernel.errors import ClaimTaken, Conflict, CounterRefused
from frontdesk.kernel.records import Commit

Reason = dict[str, Any]

_REFUSED = "ConditionalCheckFailed"
_BUSY = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
_KNOWN = _BUSY | {_REFUSED, "None"}


def stands(error: AwsError, commit: Commit, token: str) -> bool:
    """Return True when the commit is stored after all, False when it is to be tried again.

    `token` is what its items carry. Raises Conflict, ClaimTaken, CounterRefused, or `error` when nobody foresaw it.
    """
    if error.code == "TransactionConflictException":
        return False
    if error.code == "ConditionalCheckFailedException":
        if not _is_ours(error.body, token):
            raise Conflict
        return True
    reasons: list[Reason] = error.body.get("CancellationReasons", [])
    if error.code != "TransactionCanceledException" or any(
        reason["Code"] not in _KNOWN for reason in reasons
    ):
        raise error
    if any(_is_ours(reason, token) for reason in reasons[: len(commit.changes)]):
        return True
    _refuse(reasons, commit)
    return False


def _refuse(reasons: Iterable[Reason], commit: Commit) -> None:
    """Raise the first refusal, unless something busy before it may still be refused."""
    left = iter(reasons)
    records = list(islice(left, len(commit.changes) + len(commit.unchanged)))
    if any(map(_is_refused, records)):
        raise Conflict
    if any(map(_is_busy, records)):
        return
    for claim, reason in zip(commit.claims, islice(left, len(commit.claims)), strict=True):
        if _is_busy(reason):
            return
        if _is_refused(reason):
            raise ClaimTaken(claim.key, claim_of(reason["Item"]).owner)
    counters = list(zip(commit.counters, left, strict=True))
    refused = tuple(add.key for add, reason in counters if _is_refused(reason))
    if refused and not any(_is_busy(reason) for _, reason in counters):
        raise CounterRefused(refused)


def _is_refused(reason: Reason) -> bool:
    return bool(reason["Code"] == _REFUSED)


def _is_busy(reason: Reason) -> bool:
    return reason["Code"] in _BUSY


def _is_ours(found: Reason, token: str) -> bool:
    return bool(found.get("Item", {}).get("w") == {"S": token})
