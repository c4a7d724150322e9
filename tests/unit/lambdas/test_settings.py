"""What a function is told by its environment, and what it makes of it."""

import pytest

from frontdesk.adapters.memory.clock import FixedClock
from frontdesk.adapters.memory.store import MemoryStore
from frontdesk.adapters.outbox.kept import KeptOutbox
from frontdesk.bootstrap import choose
from frontdesk.bootstrap_aws import Stage
from frontdesk.config import is_deployed, stage_from_environment
from frontdesk.entrypoints.operations import OPERATIONS
from frontdesk.manifest.author import manifest
from tests.unit.driver import run
from tests.unit.lambdas.stage import START

LEAST = {
    "FRONTDESK_PREFIX": "frontdesk-dev",
    "FRONTDESK_STAGE": "dev",
    "FRONTDESK_ACCOUNT": "123456789012",
    "FRONTDESK_FUNCTION": "orders-http",
    "AWS_REGION": "eu-west-1",
}


def test_what_is_not_said_follows_from_the_prefix() -> None:
    settings = stage_from_environment(LEAST)

    assert (settings.bus, settings.schedules, settings.audience) == ("frontdesk-dev",) * 2 + ("frontdesk",)
    assert (settings.endpoint, settings.publish_all, settings.webhook_networks) == ("", False, ())


def test_everything_can_be_said() -> None:
    more = {
        "FRONTDESK_BUS": "serverless-snacks-orders",
        "FRONTDESK_SCHEDULES": "default",
        "FRONTDESK_ISSUER": "https://desk.example/",
        "FRONTDESK_PUBLISH_ALL": "true",
        "FRONTDESK_WEBHOOK_NETWORKS": "127.0.0.0/8,::1/128",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
    }

    settings = stage_from_environment({**LEAST, **more})

    assert (settings.bus, settings.schedules) == ("serverless-snacks-orders", "default")
    assert settings.issuer == settings.site == "https://desk.example"
    assert settings.publish_all
    assert settings.webhook_networks == ("127.0.0.0/8", "::1/128")
    assert settings.endpoint == "http://127.0.0.1:4566"


@pytest.mark.parametrize("name", LEAST)
def test_what_cannot_be_guessed_has_to_be_said(name: str) -> None:
    with pytest.raises(KeyError, match=name):
        stage_from_environment({key: value for key, value in LEAST.items() if key != name})


def test_only_a_deployed_process_is_a_function() -> None:
    assert is_deployed(LEAST)
    assert not is_deployed({})


def test_there_is_somebody_for_every_port_that_a_service_needs() -> None:
    services = choose()
    stage = Stage(stage_from_environment(LEAST), manifest(services, OPERATIONS), None)  # type: ignore[arg-type] # nothing is called

    for service in services:
        assert set(stage.bus(service).providers) == set(service.needs)


def test_a_function_that_the_manifest_does_not_know_is_told_at_once() -> None:
    settings = stage_from_environment({**LEAST, "FRONTDESK_FUNCTION": "nobody"})
    stage = Stage(settings, manifest(choose(), OPERATIONS), None)  # type: ignore[arg-type] # as above
    with pytest.raises(LookupError, match="nobody"):
        _ = stage.function


def test_a_message_to_a_person_is_kept_once() -> None:
    clock = FixedClock(START)
    store = MemoryStore(clock)
    outbox = KeptOutbox(store, clock)

    run(outbox.send("ntc_1", "ana@example.com", "Hello", "first"))
    run(outbox.send("ntc_1", "ana@example.com", "Hello", "again"))

    record = store.records["outbox", "ntc_1"]
    assert '"to":"ana@example.com"' in record.body
    assert "first" in record.body
