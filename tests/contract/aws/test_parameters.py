"""Parameters: encrypted, put once, listed whole; and the keys of a stage in them."""

import pytest

from frontdesk.adapters.aws.client import SSM, AwsClient
from frontdesk.adapters.aws.names import Names
from frontdesk.adapters.aws.parameters import Parameters

pytestmark = pytest.mark.emulator


def test_a_parameter_is_encrypted_and_the_first_to_come_counts(client: AwsClient, names: Names) -> None:
    parameters, name = Parameters(client), names.parameter("keys/seals")
    assert parameters.put_once(name, "first")
    assert not parameters.put_once(name, "second")
    assert parameters.under(names.parameter("keys")) == {"seals": "first"}
    raw = client.call(SSM, "GetParameter", {"Name": name, "WithDecryption": False})["Parameter"]
    assert raw["Type"] == "SecureString"


def test_everything_under_a_path_is_listed_page_by_page(client: AwsClient, names: Names) -> None:
    parameters, path = Parameters(client), names.parameter("keys")
    assert parameters.under(path) == {}
    for n in range(12):
        parameters.put_once(f"{path}/k{n}", str(n))
    parameters.put_once(names.parameter("keys-of-others/k"), "not this one")
    assert parameters.under(path) == {f"k{n}": str(n) for n in range(12)}


def test_what_is_deleted_is_gone_and_may_be_deleted_again(client: AwsClient, names: Names) -> None:
    parameters, name = Parameters(client), names.parameter("keys/seals")
    parameters.put_once(name, "x")
    parameters.delete(name)
    parameters.delete(name)
    assert parameters.under(names.parameter("keys")) == {}
