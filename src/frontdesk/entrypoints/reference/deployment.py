"""What there is on AWS when every service is deployed."""

from collections.abc import Iterable

from frontdesk.entrypoints.reference.blocks import Block, Drawing, Heading, Page, Table, Text, code
from frontdesk.manifest.diagram import diagram
from frontdesk.manifest.shape import Alarm, Deployment, Function, Role
from frontdesk.measures import MEASURES

_ABOUT = (
    "Made from the manifest of all services. Any part of them is a deployment of its own, and then only what belongs to"
    " it is there: `frontdesk manifest --services orders,catalogue --diagram`. Names stand without the prefix of their"
    " stage."
)
_SYMBOLS = (
    "A role may do to each resource what stands beside it, and nothing else. What a transaction does is asked for one"
    " by one."
)
_ALARMS = (
    "Each tells the topic of its stage. What to do about it stands in the runbook under the name in brackets."
)
_MEASURES = "Functions write these into their logs, from which CloudWatch takes them."


def deployment(shape: Deployment) -> Page:
    """Return the page."""
    blocks: list[Block] = [
        Text(_ABOUT),
        Drawing(diagram(shape)),
        Heading(2, "Functions and what they may do"),
        Text(_SYMBOLS),
        Table(("Function", "Resource", "Actions"), list(_permissions(shape))),
        Heading(2, "Alarms"),
        Text(_ALARMS),
        Table(("Alarm", "Metric", "Rings when", "What it means"), list(map(_alarm, shape.alarms))),
        Heading(2, "Metrics"),
        Text(_MEASURES),
        Table(
            ("Metric", "Unit", "What it tells"),
            [(f"`{m.name}`", m.unit, f"{m.text}.") for m in MEASURES],
        ),
    ]
    return Page("deployment", "A stage on AWS", blocks)


def _permissions(shape: Deployment) -> Iterable[tuple[str, str, str]]:
    roles: list[Function | Role] = [*shape.functions, *shape.roles]
    for role in roles:
        name = f"`{role.name}`"
        for permission in role.permissions:
            yield name, f"`{permission.resource}`", code(*permission.actions)
            name = ""


def _alarm(alarm: Alarm) -> tuple[str, str, str, str]:
    over = ">" if alarm.comparison == "GreaterThanThreshold" else "≥"
    times = f", {alarm.evaluations} times in a row" if alarm.evaluations > 1 else ""
    rings = f"{alarm.statistic} of {alarm.period} s {over} {alarm.threshold:g}{times}"
    return f"`{alarm.name}`", f"`{alarm.namespace} {alarm.metric}`", rings, f"{alarm.text} (`{alarm.anchor}`)"
