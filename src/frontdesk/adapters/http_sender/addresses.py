"""Which addresses a stranger may make this desk call: public ones, and those that its operator allows.

A stranger who chooses where a server sends to could make it call its own administration, its neighbours or the
machine's metadata. Source: OWASP, Server Side Request Forgery Prevention Cheat Sheet; RFC 6890 for the registries.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_KINDS_OF_DETOUR = (
    "64:ff9b::/96",  # NAT64: an IPv4 address in other clothes, see `plain`
    "64:ff9b:1::/48",
    "2002::/16",  # 6to4
)
# What `is_global` of one Python version or another lets through.
_NEVER = tuple(
    ip_network(text)
    for text in (
        *_KINDS_OF_DETOUR,
        "fec0::/10",  # site-local, deprecated and still private
        "192.0.0.0/24",  # protocol assignments; a cloud's metadata among them
        "168.63.129.16/32",  # another cloud's, on a public number
    )
)


class Reachable:
    """Public addresses, and those in the networks that the operator names ("127.0.0.0/8")."""

    def __init__(self, networks: Iterable[str] = ()) -> None:
        """Raise ValueError for a text that is no network."""
        self._allowed = tuple(ip_network(network) for network in networks)

    def allows(self, address: str) -> bool:
        """Return whether requests may go to an address. An interface (%eth0) is never public."""
        found = plain(address)
        if found is None:
            return False
        if self.names(found):
            return True
        public = found.is_global and not found.is_multicast
        return public and not any(found in network for network in _NEVER)

    def names(self, address: IPv4Address | IPv6Address) -> bool:
        """Return whether the operator has allowed an address by name."""
        return any(address in network for network in self._allowed)


def plain(address: str) -> IPv4Address | IPv6Address | None:
    """Return an address; of an IPv4 address that is written as IPv6 the IPv4 address. None for anything else."""
    try:
        found = ip_address(address)
    except ValueError:
        return None
    if isinstance(found, IPv6Address):
        if found.scope_id is not None:
            return None
        return found.ipv4_mapped or found
    return found
