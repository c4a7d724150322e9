"""The manifest's JSON Schema (2020-12), made from the structs that define it."""

from typing import Any

import msgspec

from frontdesk.manifest.shape import FORMAT, Manifest


def schema() -> dict[str, Any]:
    """Return it. Only this format is valid, and nothing that is not named."""
    found = msgspec.json.schema(Manifest)
    for part in found["$defs"].values():
        part["additionalProperties"] = False
    found["$defs"]["Manifest"]["properties"]["format"] = {"const": FORMAT}
    title = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "The manifest of frontdesk"}
    return {**title, **found}
