"""The JavaScript that Postman runs after a request: it looks whether the answer is what OpenAPI and the story say."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from frontdesk.entrypoints.postman.steps import Step

TRIES = 60  # of a patient step
PAUSE_MILLISECONDS = 500  # between two of them

BEGIN = (  # of the first request: each run has keys and addresses of its own
    'pm.collectionVariables.set("run", Date.now().toString(36) + Math.random().toString(36).slice(2, 6));',
    'pm.collectionVariables.set("tries", 0);',
    # A Monday at least a week ahead; and the quarter of an hour that it is, in UTC.
    "const now = new Date(), day = new Date(now);",
    "day.setUTCDate(day.getUTCDate() + 7 + (8 - day.getUTCDay()) % 7);",
    "now.setUTCMinutes(now.getUTCMinutes() - now.getUTCMinutes() % 15);",
    'pm.collectionVariables.set("day", day.toISOString().slice(0, 10));',
    'pm.collectionVariables.set("today", now.toISOString().slice(0, 10));',
    'pm.collectionVariables.set("moment", now.toISOString().slice(11, 16));',
)

NAME_THE_HOST = (  # where the URL does not: an emulator has one address, and tells stages apart by the host's name
    'if (pm.variables.get("host")) pm.request.headers.upsert({key: "Host", value: pm.variables.get("host")});',
)

OURS = 'if ((pm.response.headers.get("Content-Type") || "").includes("problem+json")) {'


def checks(step: Step, status: int, media: str, schema: str, headers: Sequence[str]) -> list[str]:
    """Return the script's lines: what must be so, and what to keep. Without a `schema` only the `media` type is known.

    A patient step asks first whether it is so yet, and sends itself again if not, for half a minute at most.
    """
    told = [*_told(step, status, media, schema, headers)]
    kept = [f"pm.collectionVariables.set({_js(name)}, {_field(field)});" for name, field in step.save.items()]
    kept += [
        f"pm.collectionVariables.set({_js(name)}, ({_match(expression)} || [])[1]);"
        for name, expression in step.finds.items()
    ]
    if not step.patient:
        return [*told, *kept]
    return [
        "const tries = Number(pm.collectionVariables.get('tries'));",
        f"const ready = {_ready(step, status)};",
        f"if (!ready && tries < {TRIES}) {{",
        "  pm.collectionVariables.set('tries', tries + 1);",
        "  pm.execution.setNextRequest(pm.info.requestId);",
        f"  setTimeout(() => {{}}, {PAUSE_MILLISECONDS});",
        "} else {",
        "  pm.collectionVariables.set('tries', 0);",
        *(f"  {line}" for line in [*told, *kept]),
        "}",
    ]


def _told(step: Step, status: int, media: str, schema: str, headers: Sequence[str]) -> Iterator[str]:
    yield f'pm.test("answers {status}", () => pm.response.to.have.status({status}));'
    if not step.anonymous:
        yield from _said(step, media, schema, headers)
        return
    yield OURS  # API Gateway refuses a stranger before any function is asked, in words of its own
    yield from (f"  {line}" for line in _said(step, media, schema, headers))
    yield "}"


def _said(step: Step, media: str, schema: str, headers: Sequence[str]) -> Iterator[str]:
    if schema:
        reference = _js(f"#/components/schemas/{schema}")
        yield f'pm.test("with {_article(schema)}", () => {{'
        yield '  const components = {schemas: JSON.parse(pm.collectionVariables.get("schemas"))};'
        yield f"  pm.response.to.have.jsonSchema({{components, allOf: [{{$ref: {reference}}}]}});"
        yield "});"
    else:
        kind = 'pm.response.headers.get("Content-Type")'
        yield f'pm.test("is {media}", () => pm.expect({kind}).to.include({_js(media)}));'
    for name, expression in step.finds.items():
        yield f'pm.test("has {name}", () => pm.expect({_match(expression)}).to.be.ok);'
    for name in headers:
        yield f'pm.test("has {name}", () => pm.response.to.have.header({_js(name)}));'
    wanted = {**step.values, **({"code": step.code} if step.code else {})}
    for name, value in wanted.items():
        found, expected = _field(name), _value(value)
        yield f'pm.test("{name} is as told", () => pm.expect({found}).to.eql({expected}));'
    if step.replayed:
        yield 'pm.test("is the first answer", () => pm.response.to.have.header("Idempotency-Replayed", "true"));'


def _ready(step: Step, status: int) -> str:
    sides = [f"pm.response.code === {status}"]
    sides += [f"{_field(name)} === {_value(value)}" for name, value in step.values.items()]
    sides += [_match(expression) for expression in step.finds.values()]
    return " && ".join(sides)


def _value(value: Any) -> str:
    """Return an expected value as JavaScript; a variable is looked up when the script runs."""
    return f"pm.variables.replaceIn({_js(value)})" if isinstance(value, str) and "{{" in value else _js(value)


def _field(path: str) -> str:
    """Return a field of the answer, as JavaScript; undefined where it is not there."""
    steps = (f"?.[{step}]" if step.isdigit() else f"?.[{_js(step)}]" for step in path.split("."))
    return "pm.response.json()" + "".join(steps)


def _match(expression: str) -> str:
    """Return what an expression finds in the answer's text, as JavaScript."""
    return f"pm.response.text().match(new RegExp({_value(expression)}))"


def _js(value: Any) -> str:
    return json.dumps(value)


def _article(schema: str) -> str:
    name = schema.rpartition(".")[2]
    return f"{'an' if name[0] in 'AEIOU' else 'a'} {name}"
