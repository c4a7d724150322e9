"""Whom a client believes: Amazon's own roots first, the machine's where those do not do, a named file alone."""

import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import botocore
import pytest

from frontdesk import config
from frontdesk.adapters.aws import trust
from frontdesk.adapters.aws.client import DYNAMODB, AwsClient, AwsSettings, Unreachable
from frontdesk.adapters.aws.credentials import CredentialCache
from frontdesk.adapters.aws.signing import Credentials
from tests.unit.aws.certificates import Certificates
from tests.unit.aws.scripted_server import Script, reply, serve

ROOTS = {  # as Amazon publishes them: the SHA-256 of each
    "Amazon Root CA 1": "8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e",
    "Amazon Root CA 2": "1ba5b2aa8c65401a82960118f80bec4f62304d83cec4713a19c39c011ea46db4",
    "Amazon Root CA 3": "18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4",
    "Amazon Root CA 4": "e35d28419ed02025cfa69038cd623962458da5c695fbdea3c22b0bfb25897092",
    "Starfield Services Root Certificate Authority - G2": (
        "568d6905a2c88708a4b3025190edcfedb1974a606a13c6e5290fcb2ae63edab5"
    ),
}
END = "-----END CERTIFICATE-----"
BUNDLES = [Path(botocore.__file__).with_name("cacert.pem")]
if SYSTEM := ssl.get_default_verify_paths().cafile:
    BUNDLES.append(Path(SYSTEM))


def prints(file: Path) -> set[str]:
    """Return the SHA-256 of every certificate in a file."""
    parts = file.read_text().split("-----BEGIN CERTIFICATE-----")[1:]
    pems = ["-----BEGIN CERTIFICATE-----" + part.partition(END)[0] + END for part in parts]
    return {sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest() for pem in pems}


@contextmanager
def client_of(server: Script, ca_file: str | None = None) -> Iterator[AwsClient]:
    credentials = CredentialCache(lambda: Credentials("AKIDEXAMPLE", "secret"))
    settings = AwsSettings(
        region="eu-west-1",
        credentials=credentials,
        endpoint=server.url,
        ca_file=ca_file,
        connect_timeout=2.0,
        attempts=1,
    )
    with closing(AwsClient(settings)) as client:
        yield client


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Give a machine whose roots have not been read yet."""
    trust.system.cache_clear()
    yield monkeypatch
    trust.system.cache_clear()


def test_the_roots_are_those_that_amazon_publishes() -> None:
    found: Any = ssl.create_default_context(cafile=trust.AMAZON).get_ca_certs()
    names = {dict(part[0] for part in one["subject"])["commonName"] for one in found}
    ends = [datetime.fromtimestamp(ssl.cert_time_to_seconds(one["notAfter"]), UTC) for one in found]

    assert names == set(ROOTS)
    assert prints(Path(trust.AMAZON)) == set(ROOTS.values())
    assert min(ends) > datetime.now(UTC) + timedelta(days=5 * 365)


@pytest.mark.parametrize("bundle", BUNDLES, ids=str)
def test_others_believe_the_same_roots(bundle: Path) -> None:
    assert prints(Path(trust.AMAZON)) <= prints(bundle)


def test_amazons_roots_are_asked_first(certificates: Certificates, machine: pytest.MonkeyPatch) -> None:
    machine.setattr(trust, "AMAZON", str(certificates.file))
    with serve(tls=certificates.server) as server, client_of(server) as client:
        assert client.call(DYNAMODB, "PutItem", {}) == {}

    assert trust.system.cache_info().misses == 0


def test_whom_the_machine_believes_is_believed_then(
    certificates: Certificates, machine: pytest.MonkeyPatch
) -> None:
    machine.setenv("SSL_CERT_FILE", str(certificates.file))
    with serve(reply(b"{}"), tls=certificates.server) as server, client_of(server) as client:
        for _ in range(2):
            assert client.call(DYNAMODB, "PutItem", {}) == {}
            client.close()  # the second one does not try Amazon's roots again

    assert server.connections == 3
    assert trust.system.cache_info().misses == 1


def test_a_stranger_is_refused(certificates: Certificates) -> None:
    with (
        serve(tls=certificates.server) as server,
        client_of(server) as client,
        pytest.raises(Unreachable) as caught,
    ):
        client.call(DYNAMODB, "PutItem", {})

    assert not caught.value.sent
    assert server.seen == []


def test_a_named_file_is_believed_alone(certificates: Certificates, machine: pytest.MonkeyPatch) -> None:
    machine.setenv("SSL_CERT_FILE", str(certificates.file))
    with (
        serve(tls=certificates.server) as server,
        client_of(server, trust.AMAZON) as client,
        pytest.raises(Unreachable),
    ):
        client.call(DYNAMODB, "PutItem", {})

    assert trust.system.cache_info().misses == 0


@pytest.mark.parametrize(
    ("environ", "file"),
    [
        ({}, None),
        ({"SSL_CERT_FILE": "b"}, "b"),
        ({"AWS_CA_BUNDLE": "a", "SSL_CERT_FILE": "b"}, "a"),
        ({"AWS_CA_BUNDLE": "", "SSL_CERT_FILE": ""}, None),
    ],
)
def test_the_environment_names_the_file(environ: dict[str, str], file: str | None) -> None:
    assert config.ca_file(environ) == file
