"""What a plan of Terraform would make, read as a person would ask: which of this type are there, and how are they."""

import json
from collections.abc import Mapping
from typing import Any

from frontdesk.bootstrap import choose
from frontdesk.entrypoints.operations import OPERATIONS
from frontdesk.manifest.author import manifest
from frontdesk.manifest.shape import Deployment, Manifest

ACCOUNT = "000000000000"
IN_REGION = f"eu-west-1:{ACCOUNT}"


def manifest_of(services: str) -> Manifest:
    """Return the manifest of these services, with spaces between their names; "" for all."""
    return manifest(choose(services.split()), OPERATIONS)


class Planned:
    """Every resource of a plan, beside the part of the manifest that it was made from."""

    def __init__(self, plan: Mapping[str, Any], deployment: Deployment, prefix: str) -> None:
        self.deployment = deployment
        self.prefix = prefix
        given = {name: variable.get("value") for name, variable in plan["variables"].items()}
        self.bus: str = given.get("bus_name") or prefix
        self.schedules: str = given.get("schedule_group") or prefix
        self.emulated = given.get("emulator") is not None
        self.outputs: dict[str, Any] = {
            name: output.get("value") for name, output in plan["planned_values"]["outputs"].items()
        }
        self.changes: list[dict[str, Any]] = [
            change for change in plan["resource_changes"] if change["mode"] == "managed"
        ]

    def every(self, type: str) -> list[dict[str, Any]]:
        """Return the values of all resources of one type; what is known only afterwards is left out."""
        return [change["change"]["after"] for change in self.changes if change["type"] == type]

    def by(self, type: str, attribute: str = "name") -> dict[str, dict[str, Any]]:
        """Return the resources of one type by one attribute, which must be a different one for each."""
        found = self.every(type)
        named = {values[attribute]: values for values in found}
        assert len(named) == len(found), f"{type}s that have one {attribute}"
        return named

    def within(self, module: str, type: str) -> list[dict[str, Any]]:
        """Return the resources of one type in one module, as `module.relay["orders"]`."""
        return [
            change["change"]["after"]
            for change in self.changes
            if change["type"] == type and change.get("module_address") == module
        ]

    def named(self, what: str) -> str:
        """Return a name with the prefix of the stage."""
        return f"{self.prefix}-{what}"

    def types(self) -> set[str]:
        """Return every type of which there is one."""
        return {change["type"] for change in self.changes}


def statements(policy: str) -> list[dict[str, Any]]:
    """Return the statements of a policy, each with lists of actions and resources."""
    return [
        statement | {key: _list(statement[key]) for key in ("Action", "Resource") if key in statement}
        for statement in json.loads(policy)["Statement"]
    ]


def _list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else sorted(value)
