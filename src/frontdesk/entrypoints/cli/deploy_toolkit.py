"""What the CDK keeps in an account for our stages: a stack of CloudFormation with a bucket and roles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from frontdesk.entrypoints.cli.deploy_buckets import delete_bucket
from frontdesk.entrypoints.cli.stage_session import Session

QUALIFIER = "frontdesk"  # ten characters at most, in every name of the toolkit
TOOLKIT = "frontdesk-cdk"
_OTHERS = "frontdesk-"  # what the stacks of stages begin with
_GONE = "DELETE_COMPLETE"


class Toolkit:
    """The toolkit of one account and region, and the stacks that were made with it."""

    def __init__(self, session: Session) -> None:
        self._stacks = session.client("cloudformation")
        self._s3 = session.client("s3")
        self._bucket = f"cdk-{QUALIFIER}-assets-{session.account()}-{session.region}"

    def exists(self) -> bool:
        """Return whether the toolkit is there."""
        return TOOLKIT in self._names()

    def resources_of(self, stack: str) -> Mapping[str, Any]:
        """Return the resources of a deployed stack as its template has them, nothing if it is not there."""
        if stack not in self._names():
            return {}
        found = self._stacks.get_template(StackName=stack, TemplateStage="Original")["TemplateBody"]
        resources: Mapping[str, Any] = found["Resources"]
        return resources

    def forget(self) -> None:
        """Take the toolkit away, unless a stage still needs it."""
        names = self._names()
        if TOOLKIT not in names or any(name.startswith(_OTHERS) for name in names - {TOOLKIT}):
            return
        delete_bucket(self._s3, self._bucket)  # CloudFormation would leave it
        self._stacks.delete_stack(StackName=TOOLKIT)
        self._stacks.get_waiter("stack_delete_complete").wait(StackName=TOOLKIT)

    def _names(self) -> set[str]:
        pages = self._stacks.get_paginator("describe_stacks").paginate()
        return {
            stack["StackName"] for page in pages for stack in page["Stacks"] if stack["StackStatus"] != _GONE
        }
