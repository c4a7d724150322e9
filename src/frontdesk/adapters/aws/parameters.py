"""Secrets of a stage: parameters of the Systems Manager, encrypted with the key that AWS keeps for it."""

from collections.abc import Mapping
from typing import Any

from frontdesk.adapters.aws.calls import Client, ask
from frontdesk.adapters.aws.client import SSM, AwsError
from frontdesk.kernel.errors import Unavailable

VALUE_BYTES = 4096  # of a parameter of the standard tier, which is free

EXISTS = "ParameterAlreadyExists"
MISSING = "ParameterNotFound"
BUSY = "TooManyUpdates"  # somebody else writes this very parameter


class Parameters:
    """Encrypted parameters, by full name (`/frontdesk-dev/keys/seals`). Every method raises Unavailable."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def under(self, path: str) -> Mapping[str, str]:
        """Return everything under a path, at any depth, by its name below it. `path` ends without a slash."""
        found: dict[str, str] = {}
        page: dict[str, str] = {}
        while True:
            answer = self._ask("GetParametersByPath", Path=path, Recursive=True, WithDecryption=True, **page)
            found |= {p["Name"].removeprefix(f"{path}/"): p["Value"] for p in answer["Parameters"]}
            if not answer.get("NextToken"):
                return found
            page = {"NextToken": answer["NextToken"]}

    def put_once(self, name: str, value: str) -> bool:
        """Keep a value of at most 4 KB under a name that is free. False: another was first, and its value counts."""
        try:
            self._ask("PutParameter", Name=name, Value=value, Type="SecureString", Overwrite=False)
        except AwsError as refused:
            if refused.code == EXISTS:
                return False
            if refused.code == BUSY:
                raise Unavailable from refused
            raise
        return True

    def delete(self, name: str) -> None:
        """Forget a parameter. One that is not there is fine."""
        try:
            self._ask("DeleteParameter", Name=name)
        except AwsError as refused:
            if refused.code != MISSING:
                raise

    def _ask(self, operation: str, **payload: Any) -> dict[str, Any]:
        return ask(self._client, SSM, operation, payload)
