"""Queues, as all of them are: encrypted, and keeping messages as long as SQS keeps any."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import aws_sqs
from constructs import Construct

from frontdesk_cdk.accepted import TLS, accept

_DAYS_14 = 14 * 24 * 3600


def queue(
    scope: Construct,
    construct_id: str,
    name: str,
    *,
    visibility: int | None = None,
    redrive: Mapping[str, Any] | None = None,
    redrive_allowed: Mapping[str, Any] | None = None,
) -> aws_sqs.CfnQueue:
    """Make a queue. `visibility` is in seconds; None: SQS's own."""
    made = aws_sqs.CfnQueue(
        scope,
        construct_id,
        queue_name=name,
        message_retention_period=_DAYS_14,
        sqs_managed_sse_enabled=True,
        visibility_timeout=visibility,
        redrive_policy=redrive,
        redrive_allow_policy=redrive_allowed,
    )
    accept(made, "SQS4", TLS)
    return made
