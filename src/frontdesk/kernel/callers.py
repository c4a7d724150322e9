"""Who is asking, as handlers see it."""

from collections.abc import Mapping

import msgspec


class Caller(msgspec.Struct, frozen=True):
    """A verified subject. `grants` maps a place ("shop:corner") to the caller's role there."""

    subject: str
    scopes: frozenset[str] = frozenset()
    grants: Mapping[str, str] = {}

    def has_role(self, place: str, *roles: str) -> bool:
        """Return whether the caller has one of these roles at a place."""
        return self.grants.get(place) in roles


ANYONE = Caller("anyone")  # who asks a public route: nobody has looked for a token
DESK = Caller("frontdesk")  # the desk itself, when a message rather than a person is the cause
