"""What a timer of more than 15 minutes needs: a group of EventBridge Scheduler, and the role by which it sends."""

from aws_cdk import aws_scheduler
from constructs import Construct

from frontdesk_cdk import manifest
from frontdesk_cdk.names import Names
from frontdesk_cdk.role import role

_ALWAYS_THERE = "default"


class Timers(Construct):
    """The relays make the schedules themselves, in this group; each sends to the queue of whoever set the timer."""

    def __init__(self, scope: Construct, declared: manifest.Role, names: Names) -> None:
        super().__init__(scope, "Timers")
        role(
            self,
            names,
            declared["name"],
            declared["principal"],
            declared["permissions"],
            description="Sends timers that are due to their queues",
            trusted_if={"StringEquals": {"aws:SourceAccount": names.account}},
        )
        if names.settings.schedules != _ALWAYS_THERE:
            aws_scheduler.CfnScheduleGroup(self, "Group", name=names.settings.schedules)
