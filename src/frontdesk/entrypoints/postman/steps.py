"""One request of the story: which operation, with which example, and what must be so afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """An example of an operation. Text may hold `{{variables}}` of the collection. A body that is text is a form.

    `status` and `code` are of the refusal that is expected; without them the answer is as OpenAPI declares it. `values`
    must stand in the answer, `save` keeps fields of it as variables: a field inside another is `entry.0.id`. `finds`
    keeps what the first group of an expression finds in the answer's text. A `patient` step is sent again for a while
    until all of this is so: services hear of each other a moment later. `key` names another step's key, for a repeat.
    """

    operation: str
    name: str = ""
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    status: int = 0
    code: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    save: Mapping[str, str] = field(default_factory=dict)  # variable -> field of the answer
    finds: Mapping[str, str] = field(default_factory=dict)  # variable -> expression with one group
    patient: bool = False
    key: str = ""
    replayed: bool = False
    anonymous: bool = False
