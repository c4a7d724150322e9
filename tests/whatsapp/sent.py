"""What the desk has sent, as somebody who looks at it wants to see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Sent:
    """A message that the desk has sent."""

    id: str
    to: str  # what WhatsApp calls the person
    body: Mapping[str, Any]

    @property
    def ours(self) -> str:
        """The desk's own id of it."""
        return str(self.body.get("biz_opaque_callback_data", ""))

    @property
    def template(self) -> str:
        """The name of its template, "" for a free text."""
        return str(self.body["template"]["name"]) if self.body["type"] == "template" else ""

    @property
    def parameters(self) -> tuple[str, ...]:
        """What is filled into the template."""
        found = self.body.get("template", {}).get("components", ())
        return tuple(p["text"] for c in found if c["type"] == "body" for p in c["parameters"])

    @property
    def text(self) -> str:
        """What a free text says."""
        found = self.body.get("text", {}).get("body") or self.body.get("interactive", {}).get("body", {})
        return found if isinstance(found, str) else str(found.get("text", ""))

    @property
    def buttons(self) -> dict[str, str]:
        """The payloads of its buttons: by title, in a template by place ("0", "1"), for Meta knows their titles."""
        if self.body["type"] == "template":
            found = [c for c in self.body["template"]["components"] if c["type"] == "button"]
            return {c["index"]: c["parameters"][0]["payload"] for c in found}
        action = self.body.get("interactive", {}).get("action", {})
        rows = [row for section in action.get("sections", ()) for row in section["rows"]]
        replies = [button["reply"] for button in action.get("buttons", ())] + rows
        return {reply["title"]: reply["id"] for reply in replies}
