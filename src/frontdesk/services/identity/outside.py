"""The outside parties, as handlers reach them."""

# mypy wants a class that can be made where a port is asked for by its type.
# mypy: disable-error-code="type-abstract"

from frontdesk.kernel.unit import Unit
from frontdesk.services.identity.ports import Messenger, Passwords, Seals, SigningKeys, Site, Withdrawals


def passwords(unit: Unit) -> Passwords:
    """Return what hashes passwords."""
    return unit.provider(Passwords)


def seals(unit: Unit) -> Seals:
    """Return what makes keyed digests."""
    return unit.provider(Seals)


def messenger(unit: Unit) -> Messenger:
    """Return what brings messages to people."""
    return unit.provider(Messenger)


def signing_keys(unit: Unit) -> SigningKeys:
    """Return the keys that sign access tokens."""
    return unit.provider(SigningKeys)


def withdrawals(unit: Unit) -> Withdrawals:
    """Return what tells the verifiers of access tokens."""
    return unit.provider(Withdrawals)


def site(unit: Unit) -> str:
    """Return where people reach the desk."""
    return unit.provider(Site).site
