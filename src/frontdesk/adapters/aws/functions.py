"""Functions: Lambda, asked directly and waited for. It speaks REST."""

from collections.abc import Mapping
from typing import Any

import msgspec

from frontdesk.adapters.aws.calls import RestClient, translated
from frontdesk.adapters.aws.client import LAMBDA, AwsError, Unreachable
from frontdesk.kernel.errors import Unavailable

FAILED = "x-amz-function-error"  # the header of an answer that is a function's last words


class LambdaFunction:
    """One function. Holds no state; a call blocks."""

    def __init__(self, client: RestClient, name: str) -> None:
        self._client = client
        self._path = f"/2015-03-31/functions/{name}/invocations"

    def invoke(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Return what it answers. It may have run more than once. Raises Unavailable, also when it broke down."""
        try:
            answer = self._client.send(LAMBDA, "POST", self._path, body=msgspec.json.encode(payload))
        except (AwsError, Unreachable) as failure:
            raise translated(failure) from failure
        if FAILED in answer.headers:
            raise Unavailable
        return msgspec.json.decode(answer.body, type=dict[str, Any])
