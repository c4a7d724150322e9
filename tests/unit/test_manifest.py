"""The manifest: what services need from a runtime, and nothing of how they work."""

import msgspec

from frontdesk.kernel.http import Route
from frontdesk.kernel.services import Reaction, Service
from frontdesk.kernel.unit import Unit
from frontdesk.manifest import Manifest, manifest
from tests.unit.kernel.shelf import JARS, LIDS, Filled, Jar, Spoilt


async def list_jars(unit: Unit, *_: object) -> None:
    """Do nothing."""


SERVICE = Service(
    "jars",
    kinds=(JARS, LIDS),
    routes=(Route("GET", "/jars", list_jars, lambda _: Jar(), Jar, "", ("jars:read",)),),
    reactions=(Reaction(Filled, list_jars, "counting"), Reaction(Spoilt, list_jars, "counting")),
    events=(Filled,),
    timers=(Spoilt,),
    scopes={"jars:read": "Look at jars."},
)


def test_a_manifest_names_routes_tables_queues_and_scopes() -> None:
    assert msgspec.json.decode(msgspec.json.encode(manifest([SERVICE]))) == {
        "format": 1,
        "services": [
            {
                "name": "jars",
                "routes": [
                    {"method": "GET", "path": "/jars", "operation": "list_jars", "scopes": ["jars:read"]},
                ],
                "tables": [
                    {"kind": "jar", "schema": 1, "indexes": ["by_shelf"]},
                    {"kind": "lid", "schema": 1, "indexes": []},
                ],
                "publishes": {"Jar Filled": 1},
                "subscribers": [{"name": "counting", "events": ["Jar Filled"], "timers": ["Jar Spoilt"]}],
                "scopes": {"jars:read": "Look at jars."},
            }
        ],
    }


def test_a_manifest_can_be_read_back() -> None:
    made = manifest([SERVICE])
    assert msgspec.json.decode(msgspec.json.encode(made), type=Manifest) == made


def test_the_same_services_give_the_same_manifest() -> None:
    assert msgspec.json.encode(manifest([SERVICE])) == msgspec.json.encode(manifest([SERVICE]))
