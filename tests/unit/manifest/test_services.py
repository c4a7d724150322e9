"""The first part of the manifest: what services declare, and nothing of how they work."""

import msgspec

from frontdesk.kernel.http import Route
from frontdesk.kernel.services import Reaction, Service
from frontdesk.kernel.unit import Unit
from frontdesk.manifest.author import manifest
from frontdesk.manifest.shape import Manifest
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
MADE = manifest([SERVICE], Service("operations"))


def test_a_manifest_names_routes_tables_queues_and_scopes() -> None:
    made = msgspec.json.decode(msgspec.json.encode(MADE))
    assert made["format"] == 2
    assert made["services"] == [
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
    ]


def test_a_manifest_can_be_read_back() -> None:
    assert msgspec.json.decode(msgspec.json.encode(MADE), type=Manifest) == MADE


def test_the_same_services_give_the_same_manifest() -> None:
    assert msgspec.json.encode(manifest([SERVICE], Service("operations"))) == msgspec.json.encode(MADE)
