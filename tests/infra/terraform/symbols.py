"""What the manifest's symbols stand for, written down a second time: the plan is held against this."""

from collections.abc import Callable, Iterable

from frontdesk.manifest.shape import Permission
from tests.infra.terraform.planned import ACCOUNT, IN_REGION, Planned


def arns(symbol: str, planned: Planned) -> list[str]:
    """Return the ARNs of a symbol, sorted."""
    prefix, bus, schedules = planned.prefix, planned.bus, planned.schedules
    kind, _, name = symbol.partition(":")
    listed = [*"*" * planned.emulated]  # the emulator authorises a listing by path as one of everything
    secrets = f"arn:aws:ssm:{IN_REGION}:parameter/{prefix}"
    table, _, index = name.partition("/")
    bucket = f"arn:aws:s3:::{prefix}-failures-{ACCOUNT}"
    known: dict[str, Callable[[], list[str]]] = {
        "table": lambda: [f"arn:aws:dynamodb:{IN_REGION}:table/{prefix}-{name}"],
        "index": lambda: [f"arn:aws:dynamodb:{IN_REGION}:table/{prefix}-{table}/index/{index}"],
        "stream": lambda: [f"arn:aws:dynamodb:{IN_REGION}:table/{prefix}-{name}/stream/*"],
        "queue": lambda: [f"arn:aws:sqs:{IN_REGION}:{prefix}-{name}"],
        "dead": lambda: [f"arn:aws:sqs:{IN_REGION}:{prefix}-{name}-dead"],
        "parked": lambda: [f"arn:aws:sqs:{IN_REGION}:{prefix}-{name}-parked"],
        "logs": lambda: [f"arn:aws:logs:{IN_REGION}:log-group:/aws/lambda/{prefix}-{name}:*"],
        "bus": lambda: [f"arn:aws:events:{IN_REGION}:event-bus/{bus}"],
        "schedules": lambda: [f"arn:aws:scheduler:{IN_REGION}:schedule/{schedules}/*"],
        "scheduler-role": lambda: [f"arn:aws:iam::{ACCOUNT}:role/{prefix}-scheduler"],
        "parameters": lambda: [
            *listed,
            *([f"{secrets}/{name}", f"{secrets}/{name}/*"] if name else [f"{secrets}/*"]),
        ],
        "function": lambda: [f"arn:aws:lambda:{IN_REGION}:function:{prefix}-{name}"],
        "text-messages": lambda: ["*"],  # a telephone number has no ARN
        "failures": lambda: [bucket, f"{bucket}/*"],
    }
    return known[kind]()


def granted(
    permissions: Iterable[Permission], planned: Planned
) -> set[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return what a role with these permissions may do: sorted actions and ARNs of each statement."""
    return {
        (tuple(sorted(permission.actions)), tuple(arns(permission.resource, planned)))
        for permission in permissions
    }
