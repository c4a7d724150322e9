"""What cdk-nag would have otherwise, and why it stays. Each reason stands beside what it is about."""

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct

# No policy lets anybody else in, so that nobody can come in plain text.
TLS = "Only roles of this stage and services of AWS may reach it, and all of these speak TLS."


def accept(construct: IConstruct, rule: str, reason: str) -> None:
    """Accept one finding of the pack AwsSolutions, such as `SQS3`."""
    Validations.of(construct).acknowledge(
        Acknowledgment(id=f"AwsSolutions::AwsSolutions-{rule}", reason=reason)
    )
