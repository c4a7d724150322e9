"""The bus that events are published on: our own, or somebody else's that is there already."""

from aws_cdk import aws_events
from constructs import Construct

from frontdesk_cdk.names import Names


class Bus(Construct):
    """`resource` is None where the bus is somebody else's: it is used, and left alone."""

    def __init__(self, scope: Construct, names: Names) -> None:
        super().__init__(scope, "Bus")
        self.resource: aws_events.CfnEventBus | None = None
        if names.settings.create_bus:
            self.resource = aws_events.CfnEventBus(
                self,
                "Bus",
                name=names.settings.bus,
                description=f"What happens at the front desk ({names.settings.stage})",
            )
