"""OpenAPI and the story, put together as a Postman collection of format 2.1."""

import json
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from frontdesk.entrypoints.openapi import openapi
from frontdesk.entrypoints.postman.scripts import BEGIN, NAME_THE_HOST, checks
from frontdesk.entrypoints.postman.steps import Step
from frontdesk.entrypoints.postman.story import STORY
from frontdesk.kernel.services import Service

FORMAT = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
URL, SHOP, CLINIC = "http://127.0.0.1:8000", "postman-snacks", "postman-clinic"
ABOUT = """Every operation of the API. Run as a whole, the examples tell one story: a shop is set up, sells, keeps its \
books, and lets others in; a clinic is set up, gives out its time, and writes to its patients.

Set the variables `base_url` and `token`. The token needs the scopes that `frontdesk postman --scopes` prints, and the \
role of owner at the shop and the clinic that the variables `shop` and `clinic` name."""

PROBLEM = "application/problem+json"
_IDS = uuid.UUID(
    "6b1f0c3e-7d1a-5a53-9a55-52a1c4d0f6b7"
)  # one collection keeps its ids from version to version


def collection(services: Iterable[Service]) -> dict[str, Any]:
    """Return the collection of these services' operations."""
    document = openapi(services)
    folders = list(_folders(document))
    if folders:
        folders[0]["item"][0]["event"].insert(0, _event("prerequest", BEGIN))
    return {
        "info": {
            "_postman_id": _id("collection"),
            "name": "frontdesk",
            "description": ABOUT,
            "schema": FORMAT,
        },
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{token}}", "type": "string"}]},
        "variable": _variables(document),
        "event": [_event("prerequest", NAME_THE_HOST)],
        "item": folders,
    }


def operations(document: Mapping[str, Any]) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Return method, path and operation of an OpenAPI document, by operation id."""
    return {
        found["operationId"]: (method.upper(), path, found)
        for path, methods in document["paths"].items()
        for method, found in methods.items()
    }


def _variables(document: Mapping[str, Any]) -> list[dict[str, str]]:
    schemas = json.dumps(document["components"]["schemas"], separators=(",", ":"))
    given = {
        "base_url": URL,
        "host": "",
        "token": "",
        "shop": SHOP,
        "clinic": CLINIC,
        "run": "",
        "tries": "0",
        "day": "",
        "today": "",
        "moment": "",
        "schemas": schemas,
    }
    return [{"key": name, "value": value} for name, value in given.items()]


def _folders(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    known = operations(document)
    for service, steps in STORY.items():
        items = [_item(step, *known[step.operation]) for step in steps if step.operation in known]
        if items:
            yield {"id": _id(service), "name": service, "item": items}


def _item(step: Step, method: str, path: str, operation: Mapping[str, Any]) -> dict[str, Any]:
    name = step.name or operation["summary"]
    good = next(status for status in operation["responses"] if status.startswith("2"))
    status = str(step.status or good)
    answer = operation["responses"][status]
    # What a rule refuses is a problem for programs, and of a page for people a page.
    *_, media = [PROBLEM] if step.code else answer["content"]
    schema = answer["content"][media]["schema"].get("$ref", "").rpartition("/")[2]
    promised = [] if step.status else [h for h in answer.get("headers", ()) if h != "Idempotency-Replayed"]
    request = {
        "method": method,
        "url": _url(step, path),
        "header": _headers(step, operation),
        "description": operation.get("description", ""),
    }
    if step.body is not None:
        is_text = isinstance(step.body, str)
        text = step.body if is_text else json.dumps(step.body, indent=2, ensure_ascii=False)
        language = "text" if is_text else "json"
        request["body"] = {"mode": "raw", "raw": text, "options": {"raw": {"language": language}}}
    if step.anonymous or operation.get("security") == []:
        request["auth"] = {"type": "noauth"}
    script = checks(step, int(status), media, schema, promised)
    return {
        "id": _id(f"{step.operation}: {name}"),
        "name": name,
        "event": [_event("test", script)],
        "request": request,
    }


def _url(step: Step, path: str) -> dict[str, Any]:
    """Return where to send it: `{name}` in a path becomes the step's value, or the example's shop or clinic."""
    values = {"shop_id": "{{shop}}", "clinic_id": "{{clinic}}", **step.path}
    parts = re.sub(r"{(\w+)}", lambda found: values[found[1]], path).strip("/").split("/")
    query = [{"key": name, "value": value} for name, value in step.query.items()]
    asked = "&".join(f"{pair['key']}={pair['value']}" for pair in query)
    raw = "/".join(["{{base_url}}", *parts]) + (f"?{asked}" if asked else "")
    return {"raw": raw, "host": ["{{base_url}}"], "path": parts, "query": query}


def _headers(step: Step, operation: Mapping[str, Any]) -> list[dict[str, str]]:
    given = dict(step.headers)
    if step.body is not None:
        (given["Content-Type"],) = operation["requestBody"]["content"]
    if any(parameter["name"] == "Idempotency-Key" for parameter in operation["parameters"]):
        # A repeat has the key of the request that it repeats; any other example has one of its own.
        given["Idempotency-Key"] = f"{{{{run}}}}-{step.key or step.name.replace(' ', '-') or step.operation}"
    return [{"key": name, "value": value} for name, value in given.items()]


def _event(listen: str, lines: Iterable[str]) -> dict[str, Any]:
    return {"listen": listen, "script": {"type": "text/javascript", "exec": list(lines)}}


def _id(name: str) -> str:
    return str(uuid.uuid5(_IDS, name))
