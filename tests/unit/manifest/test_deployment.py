"""What is to be deployed follows from declarations: all that is needed for the chosen services, and nothing else."""

from collections.abc import Mapping
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import jsonschema
import msgspec
import pytest

from frontdesk.bootstrap import SERVICES, choose
from frontdesk.entrypoints.oauth.endpoint import OAuthEndpoint
from frontdesk.entrypoints.oauth.routes import key_endpoints, oauth_endpoints
from frontdesk.entrypoints.oauth.visits import Door
from frontdesk.entrypoints.operations import OPERATIONS
from frontdesk.entrypoints.reference.blocks import slug
from frontdesk.manifest.author import manifest
from frontdesk.manifest.deployment import DISCOVERY, SIGNING_IN
from frontdesk.manifest.diagram import diagram
from frontdesk.manifest.schema import schema
from frontdesk.manifest.shape import Deployment, Function, Manifest, Role

SHOP = ("catalogue", "orders", "inventory", "accounting")
SAMPLE = Path(__file__).with_name("shop.json")
RUNBOOK = Path(__file__).parents[3] / "docs" / "runbook.md"
VALIDATOR = jsonschema.Draft202012Validator(schema())
OPEN_TO_PATIENTS = {
    "appointments-http",
    "notifications-http",
}  # pages behind links, and webhooks with a signature
SIZES = range(1, len(SERVICES) + 1)
# What few services are to one another, and what nearly all are; the many between take a longer run.
QUICK = {1, 2, len(SERVICES) - 1, len(SERVICES)}
SUBSETS = [
    pytest.param(names, marks=[] if size in QUICK else [pytest.mark.slow], id="-".join(names))
    for size in SIZES
    for names in combinations(SERVICES, size)
]


def made(*names: str) -> Manifest:
    return manifest(choose(names), OPERATIONS)


def deployed(*names: str) -> Deployment:
    return made(*names).deployment


def plain(found: Manifest) -> dict[str, Any]:
    as_json: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(found))
    return as_json


def granted(shape: Deployment, function: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for permission in next(one for one in shape.functions if one.name == function).permissions:
        found.setdefault(permission.resource, set()).update(permission.actions)
    return found


def test_the_sample_is_what_a_shop_needs_today() -> None:
    """Whoever changes a declaration sees here what becomes of the infrastructure."""
    text = msgspec.json.format(msgspec.json.encode(made(*SHOP)), indent=2).decode()
    assert SAMPLE.read_text() == f"{text}\n", (
        f"run: .venv/bin/frontdesk manifest --services {','.join(SHOP)} --json > {SAMPLE}"
    )


@pytest.mark.parametrize("names", SUBSETS)
def test_any_part_of_the_house_holds_together(names: tuple[str, ...]) -> None:
    found = made(*names)
    VALIDATOR.validate(plain(found))
    shape = found.deployment
    symbols = {
        "parameters:keys",
        "parameters:seals",
        "parameters:channels",
        "bus",
        "schedules",
        "scheduler-role",
        "parameters",
        "failures",
        "api",
        "prefix",
        "text-messages",
    }
    symbols |= {f"table:{table.name}" for table in shape.tables}
    symbols |= {f"index:{table.name}/{index.name}" for table in shape.tables for index in table.indexes}
    symbols |= {f"stream:{stream.table}" for stream in shape.streams}
    symbols |= {f"queue:{queue.name}" for queue in shape.queues} | {f"parked:{name}" for name in shape.parked}
    functions = {function.name for function in shape.functions}
    symbols |= {f"{what}:{name}" for name in functions for what in ("function", "logs")}
    roles: list[Function | Role] = [*shape.functions, *shape.roles]
    used = {permission.resource for role in roles for permission in role.permissions}
    used |= {symbol for alarm in shape.alarms for symbol in alarm.dimensions.values()}

    assert used <= symbols
    callers = {route.function for route in shape.routes} | {queue.function for queue in shape.queues}
    callers |= {stream.function for stream in shape.streams} | {timed.function for timed in shape.schedules}
    assert callers == functions
    assert shape.heard() - {shape.beat.event} <= {e for service in found.services for e in service.publishes}


def test_the_schema_refuses_another_format_and_what_nobody_declared() -> None:
    good = plain(made("catalogue"))

    for wrong in ({**good, "format": 1}, {**good, "more": 1}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema())


def test_events_that_nobody_deployed_publishes_are_left_out() -> None:
    alone = {queue.name: queue for queue in deployed("orders").queues}
    with_stock = {queue.name: queue for queue in deployed("orders", "inventory").queues}

    assert alone["orders-processor"].events == ("Order Ready",)
    assert with_stock["orders-processor"].events == ("Order Ready", "Stock Reserved", "Stock Short")
    assert "orders-price-list" not in alone  # it hears the catalogue and nobody else


def test_a_timer_comes_to_the_queue_of_its_own_service() -> None:
    shape = deployed(*SERVICES)
    timed = {queue.name: queue.timers for queue in shape.queues if queue.timers}

    assert timed.keys() == {"inventory", "webhooks-sender", "appointments", "notifications"}
    assert timed["inventory"] == ("Hold Lapsed",)
    assert timed["webhooks-sender"] == ("Delivery Retried",)
    assert granted(shape, "inventory-relay")["queue:inventory"] == {"sqs:SendMessage"}
    assert "schedules" not in granted(shape, "orders-relay")


def test_only_who_signs_people_in_may_read_secrets() -> None:
    shape = deployed(*SERVICES)
    may = {f.name for f in shape.functions if any(p.resource == "parameters" for p in f.permissions)}

    assert may == {"identity-http", "identity-oauth", "identity-messages"}
    assert {f.name for f in shape.functions if f.package == "identity"} >= may


def test_who_seals_and_who_sends_see_their_own_secrets_and_no_others() -> None:
    shape = deployed(*SERVICES)
    seeing = {"parameters:seals", "parameters:channels"}
    kept = {f.name: {p.resource for p in f.permissions} & seeing for f in shape.functions}

    assert {name: places for name, places in kept.items() if places} == {
        "appointments-http": {"parameters:seals"},
        "appointments": {"parameters:seals"},
        "notifications-http": seeing,
        "notifications": seeing,
    }


def test_who_has_something_to_say_may_ask_who_sends_and_nobody_else_may() -> None:
    told = ("lambda:InvokeFunction",)

    def asking(*names: str) -> set[str]:
        return {f.name for f in deployed(*names).functions for p in f.permissions if p.actions == told}

    assert asking(*SERVICES) == {"appointments", "identity-messages"}
    assert asking("appointments", "identity") == set()  # what they say stays in their outbox
    (permission,) = (
        permission
        for function in deployed("identity", "notifications").functions
        for permission in function.permissions
        if permission.actions == told
    )
    assert permission.resource == "function:notifications-http"


def test_only_who_sends_may_send_to_telephones() -> None:
    shape = deployed(*SERVICES)

    assert {f.name for f in shape.functions if "text-messages" in granted(shape, f.name)} == {"notifications"}


def test_no_function_may_do_everything_to_anything() -> None:
    actions = [a for f in deployed(*SERVICES).functions for p in f.permissions for a in p.actions]

    assert not [action for action in actions if "*" in action]
    assert "dynamodb:TransactWriteItems" not in actions  # there is no such action


def test_the_pages_of_signing_in_are_those_of_the_embedded_server() -> None:
    door = cast(
        "Door",
        SimpleNamespace(is_secure=True, site="https://desk.example", tokens=SimpleNamespace(issuer="")),
    )  # nobody comes in

    def served(endpoints: Mapping[str, OAuthEndpoint]) -> set[str]:
        """Return what is asked of them; an endpoint does not say its methods."""
        return {
            f"{method} {path}"
            for path, endpoint in endpoints.items()
            for method in vars(endpoint)["_answers"]
        }

    assert set(SIGNING_IN) == served(oauth_endpoints(door, ()))
    assert set(DISCOVERY) == served(key_endpoints(door, ()))


def test_where_nobody_signs_in_the_stage_tells_how_its_tokens_are_verified_and_nothing_more() -> None:
    clinic, signing_in = deployed("appointments", "notifications"), deployed("appointments", "identity")
    keys = next(function for function in clinic.functions if function.kind == "oauth")

    assert {r.route_key for r in clinic.routes if r.function == keys.name} == set(DISCOVERY)
    assert keys.package == "identity"
    assert granted(clinic, keys.name) == {
        "parameters:keys": {"ssm:GetParametersByPath", "ssm:PutParameter"},
        f"logs:{keys.name}": {"logs:CreateLogStream", "logs:PutLogEvents"},
    }
    assert keys.name not in {function.name for function in signing_in.functions}


def test_what_is_open_to_everybody_is_signing_in_and_pages() -> None:
    routes = deployed(*SERVICES).routes
    public = {route.route_key for route in routes if route.public}
    patients = {route.route_key for route in routes if route.public and route.function in OPEN_TO_PATIENTS}

    assert public - patients == {*SIGNING_IN, "GET /health", "GET /openapi.json"}
    assert {"GET /webhooks/whatsapp", "POST /webhooks/whatsapp"} < patients
    assert all(route.scopes for route in routes if not route.public)


def test_every_alarm_has_a_name_of_its_own_and_a_place_in_the_runbook() -> None:
    alarms = deployed(*SERVICES).alarms

    assert len({alarm.name for alarm in alarms}) == len(alarms)
    headings = {
        slug(line.removeprefix("## ")) for line in RUNBOOK.read_text().splitlines() if line[:3] == "## "
    }
    assert {alarm.anchor for alarm in alarms} | {deployed("orders").budget.anchor} <= headings
    errors = next(alarm for alarm in alarms if alarm.name == "api-errors")
    assert (errors.threshold, errors.period, errors.statistic) == (150, 60, "Sum")


def test_a_diagram_shows_every_function_table_and_queue_and_is_the_same_each_time() -> None:
    shape = deployed(*SERVICES)
    drawn = diagram(shape)

    assert drawn == diagram(deployed(*SERVICES))
    names = {f.name for f in shape.functions} | {table.name for table in shape.tables}
    for name in names | {queue.name for queue in shape.queues}:
        assert f'"{name}"' in drawn
