"""Shapes of what people send, the same in every service.

The patterns mean the same in Python and in ECMA-262: no class depends on what either calls a space or a digit, and the
newline that Python alone would allow before `$` is refused.
"""

import re
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from frontdesk.kernel.errors import Fault, Invalid
from frontdesk.kernel.sensitive import SENSITIVE

SLUG = r"^[a-z0-9][a-z0-9-]{0,39}(?!\n)$"
_VISIBLE_THEN_ANY = (
    r"^[^\x00-\x20\x7f-\xa0\u2028\u2029][^\x00-\x1f\x7f-\x9f\u2028\u2029]*(?!\n)$"  # no control character
)
_MAILBOX = r"^[^\x00-\x20\x7f-\xa0@]+@[^\x00-\x20\x7f-\xa0@]+(?!\n)$"
_PHONE = r"^\+?[0-9(][0-9 ()./-]{3,29}(?!\n)$"

Slug = Annotated[str, Meta(pattern=SLUG)]
Title = Annotated[str, Meta(pattern=_VISIBLE_THEN_ANY, max_length=120)]
Moment = Annotated[datetime, Meta(tz=True)]
# An opaque subject. Without `@`: an e-mail address must not become an id, because ids are published.
Subject = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:|-]{0,99}(?!\n)$")]
PersonName = Annotated[str, Meta(pattern=_VISIBLE_THEN_ANY, max_length=200), SENSITIVE]
Email = Annotated[str, Meta(pattern=_MAILBOX, max_length=254), SENSITIVE]
Phone = Annotated[str, Meta(pattern=_PHONE), SENSITIVE]
Address = Annotated[str, Meta(pattern=_VISIBLE_THEN_ANY, max_length=500), SENSITIVE]
Note = Annotated[str, Meta(pattern=_VISIBLE_THEN_ANY, max_length=500), SENSITIVE]


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a client sends: a field that nobody declared is refused."""


def check_slugs(**names: str) -> None:
    """Refuse names in a path that cannot be ids: those come unchecked. Raises Invalid, naming every one."""
    faults = [
        Fault(f"/{field}", "wrong_format", f"Must match {SLUG}.")
        for field, name in names.items()
        if re.match(SLUG, name) is None
    ]
    if faults:
        raise Invalid(tuple(faults))
