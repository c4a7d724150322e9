"""One-time schedules: EventBridge Scheduler, which sends a text to a queue at a moment. It speaks REST."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from frontdesk.adapters.aws.calls import RestClient, translated
from frontdesk.adapters.aws.client import SCHEDULER, AwsError, Unreachable
from frontdesk.kernel.errors import Unavailable

EXISTS = "ConflictException"
MISSING = "ResourceNotFoundException"


class Schedules:
    """The schedules of one group. `role` is the ARN in whose name they send. Holds no state."""

    def __init__(self, client: RestClient, group: str, role: str) -> None:
        self._client = client
        self._group = group
        self._role = role

    def set(self, name: str, due: datetime, queue_arn: str, body: str, *, replace: bool = True) -> None:
        """Send `body` to a queue at `due`, never before it, up to a minute late; then forget the schedule.

        One that is set already is replaced, or left alone without `replace`. A name has at most 64 of
        `a-z A-Z 0-9 _ - .`. Raises Unavailable.
        """
        payload = self._schedule(due, queue_arn, body)
        if self._try("POST", name, payload, EXISTS) or not replace:
            return
        # One that fires between the two calls is gone: then there is room for ours.
        if not self._try("PUT", name, payload, MISSING) and not self._try("POST", name, payload, EXISTS):
            raise Unavailable

    def cancel(self, name: str) -> None:
        """Forget a schedule. One that is not there is fine. Raises Unavailable."""
        self._try("DELETE", name, None, MISSING)

    def _try(self, method: str, name: str, payload: Mapping[str, Any] | None, unless: str) -> bool:
        """Return whether it was done; False when AWS says that the schedule is, or is not, there."""
        query = () if payload else (("groupName", self._group),)
        body = msgspec.json.encode(payload) if payload else b""
        headers = {"content-type": "application/json"} if payload else {}
        try:
            self._client.send(
                SCHEDULER, method, f"/schedules/{name}", query=query, headers=headers, body=body
            )
        except (AwsError, Unreachable) as failure:
            if isinstance(failure, AwsError) and failure.code == unless:
                return False
            raise translated(failure) from failure
        return True

    def _schedule(self, due: datetime, queue_arn: str, body: str) -> dict[str, Any]:
        return {
            "GroupName": self._group,
            "ScheduleExpression": f"at({_whole_second(due):%Y-%m-%dT%H:%M:%S})",
            "ScheduleExpressionTimezone": "UTC",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "ActionAfterCompletion": "DELETE",
            "Target": {"Arn": queue_arn, "RoleArn": self._role, "Input": body},
        }


def _whole_second(moment: datetime) -> datetime:
    """Return the first whole second that is not before a moment: a timer never fires early."""
    utc = moment.astimezone(UTC)
    return utc if utc.microsecond == 0 else utc.replace(microsecond=0) + timedelta(seconds=1)
