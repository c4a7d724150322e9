"""The Postman collection holds every operation, with examples that the API would take."""

import json
import re
from collections import Counter

import pytest
from jsonschema import Draft202012Validator

from frontdesk.bootstrap import choose
from frontdesk.entrypoints.openapi import openapi
from frontdesk.entrypoints.operations import OPERATIONS
from frontdesk.entrypoints.postman.collection import collection, operations
from frontdesk.entrypoints.postman.steps import Step
from frontdesk.entrypoints.postman.story import STORY

SERVICES = (*choose(), OPERATIONS)
DOCUMENT = openapi(SERVICES)
KNOWN = operations(DOCUMENT)
STEPS = [step for steps in STORY.values() for step in steps]
MADE = collection(SERVICES)
REQUESTS = [request for folder in MADE["item"] for request in folder["item"]]
VARIABLE = re.compile(r"{{(\w+)}}")
IDS = {
    "hold": "hld_",
    "run": "lq3k9x",
    "day": "2030-01-07",
    "today": "2030-01-01",
    "moment": "10:15",
}  # what a variable that goes into a body looks like


def _is_json(step: Step) -> bool:
    return step.body is not None and not isinstance(step.body, str)


def _name(step: Step) -> str:
    return f"{step.operation} {step.name}".strip()


def test_every_operation_has_an_example_in_the_folder_of_its_service() -> None:
    placed = {(folder, step.operation) for folder, steps in STORY.items() for step in steps}

    assert placed >= {(operation["tags"][0], name) for name, (_, _, operation) in KNOWN.items()}
    assert {name for _, name in placed} == set(KNOWN)


@pytest.mark.parametrize("step", [s for s in STEPS if _is_json(s) and s.code != "invalid"], ids=_name)
def test_every_body_is_one_that_the_api_takes(step: Step) -> None:
    body = VARIABLE.sub(lambda found: IDS.get(found[1], "example"), json.dumps(step.body))

    assert list(_validator(step).iter_errors(json.loads(body))) == []


@pytest.mark.parametrize("step", [s for s in STEPS if s.code == "invalid"], ids=_name)
def test_a_body_that_is_to_be_refused_is_wrong(step: Step) -> None:
    assert list(_validator(step).iter_errors(step.body)) != []


def test_a_variable_is_given_or_kept_before_it_is_used() -> None:
    known = {variable["key"] for variable in MADE["variable"]}
    for step in STEPS:
        used = VARIABLE.findall(
            json.dumps([dict(step.path), dict(step.query), step.body, dict(step.values), dict(step.finds)])
        )
        assert set(used) <= known, _name(step)
        known |= {*step.save, *step.finds}


def test_names_and_keys_are_told_apart() -> None:
    ids = Counter(item["id"] for item in [*MADE["item"], *REQUESTS])
    keys = Counter(
        header["value"]
        for request in REQUESTS
        for header in request["request"]["header"]
        if header["key"] == "Idempotency-Key"
    )

    assert max(ids.values()) == 1
    repeats = sum(bool(step.key) for step in STEPS)
    assert sum(count - 1 for count in keys.values()) == repeats == 2


def test_every_path_value_and_query_is_given() -> None:
    for step in STEPS:
        _, path, operation = KNOWN[step.operation]
        wanted = set(re.findall(r"{(\w+)}", path)) - {"shop_id", "clinic_id"}
        asked = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "query"}

        assert set(step.path) == wanted, _name(step)
        assert set(step.query) <= asked, _name(step)


def test_services_that_were_left_out_have_no_folder() -> None:
    made = collection(choose(["catalogue"]))

    assert [folder["name"] for folder in made["item"]] == ["catalogue"]


def test_a_request_has_what_postman_and_the_api_want() -> None:
    placed = next(request for request in REQUESTS if request["name"] == "Place an order")
    headers = {header["key"]: header["value"] for header in placed["request"]["header"]}
    script = "\n".join(placed["event"][-1]["script"]["exec"])

    assert placed["request"]["method"] == "POST"
    assert placed["request"]["url"]["raw"] == "{{base_url}}/orders"
    assert headers == {"Content-Type": "application/json", "Idempotency-Key": "{{run}}-place_order"}
    assert "to.have.status(201)" in script
    assert "#/components/schemas/OrderView" in script
    assert 'to.have.header("Location")' in script
    assert 'pm.collectionVariables.set("order"' in script


def _validator(step: Step) -> Draft202012Validator:
    _, _, operation = KNOWN[step.operation]
    (content,) = operation["requestBody"]["content"].values()
    return Draft202012Validator({**content["schema"], "components": DOCUMENT["components"]})
