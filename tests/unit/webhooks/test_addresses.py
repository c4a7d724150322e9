"""Which addresses a stranger can make the desk call."""

import pytest

from frontdesk.adapters.http_sender.addresses import Reachable

PUBLIC = ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8"]
NEVER = [
    "127.0.0.1",
    "127.8.8.8",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "0.0.0.0",  # noqa: S104 - the point of the test
    "::",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "fe80::1",
    "fe80::1%eth0",
    "8.8.8.8%eth0",
    "fd00:ec2::254",
    "192.0.0.192",
    "168.63.129.16",
    "100.100.100.200",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
    "fec0::1",
    "224.0.0.1",
    "ff02::1",
    "255.255.255.255",
    "240.0.0.1",
    "localhost",
    "",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_can_be_reached(address: str) -> None:
    assert Reachable().allows(address)


@pytest.mark.parametrize("address", NEVER)
def test_what_lies_inside_cannot(address: str) -> None:
    assert not Reachable().allows(address)


def test_an_operator_can_open_a_network_and_no_more_than_that() -> None:
    reachable = Reachable(["127.0.0.0/8", "fd00::/8"])
    assert reachable.allows("127.0.0.1")
    assert reachable.allows("::ffff:127.0.0.1")
    assert reachable.allows("fd12::1")
    assert not reachable.allows("10.0.0.1")
    assert not reachable.allows("::1")


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(ValueError, match="does not appear to be"):
        Reachable(["everything"])
