"""Our signatures against botocore's, which signs for boto3 and for the command line of AWS."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as TheirCredentials

from frontdesk.adapters.aws.signing import Credentials, Request, encode_path, encode_query, sign

Call = Callable[[random.Random, str], tuple[Request, str]]
REQUESTS = 400  # of each service; 2,400 in all
REGIONS = ("eu-west-1", "us-east-1", "ap-southeast-2")
LETTERS = "azAZ09-_.~ /+=&%:*'()[]@!$,;?#\u00e9\u20ac\U0001f489"


def _text(chance: random.Random, letters: str = LETTERS) -> str:
    return "".join(chance.choices(letters, k=chance.randint(1, 12)))


def _credentials(chance: random.Random) -> Credentials:
    token = chance.randbytes(48).hex() if chance.random() < 0.5 else None
    return Credentials(f"AKIA{chance.randrange(10**12)}", chance.randbytes(20).hex(), token)


def _json_call(chance: random.Random, service: str) -> tuple[Request, str]:
    """Return a POST to `/`, as DynamoDB, EventBridge and SQS want it, and its URL."""
    headers = {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": f"{service}.{_text(chance, 'aZ')}",
    }
    host = chance.choice([f"{service}.eu-west-1.amazonaws.com", "localhost:4566"])
    return Request(
        "POST", host, "/", "", headers, chance.randbytes(chance.randint(0, 200))
    ), f"http://{host}/"


def _rest_call(chance: random.Random, service: str) -> tuple[Request, str]:
    """Return a call of the Scheduler's or of S3's kind; the URL is encoded by the standard library."""
    host = f"{service}.eu-west-1.amazonaws.com"
    raw = "/schedules/" + "/".join(_text(chance, LETTERS.replace("/", "").replace(".", "")) for _ in range(2))
    pairs = [(_text(chance), _text(chance)) for _ in range(chance.randint(0, 4))]
    headers = {"content-type": "application/json", "x-spaced": f"  a  {chance.random()}   b "}
    method = chance.choice(["GET", "PUT", "POST", "DELETE"])
    request = Request(method, host, encode_path(raw), encode_query(pairs), headers, chance.randbytes(9))
    query = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)
    return request, f"https://{host}{quote(raw)}?{query}"


@pytest.mark.parametrize(
    ("service", "call"),
    [
        ("dynamodb", _json_call),
        ("events", _json_call),
        ("sqs", _json_call),
        ("ssm", _json_call),
        ("scheduler", _rest_call),
        ("s3", _rest_call),
    ],
)
def test_a_signature_is_the_one_that_botocore_makes(
    monkeypatch: pytest.MonkeyPatch, service: str, call: Call
) -> None:
    chance = random.Random(service)  # noqa: S311 - a seed, so that a failure comes back
    for _ in range(REQUESTS):
        request, url = call(chance, service)
        credentials, region = _credentials(chance), chance.choice(REGIONS)
        moment = chance.uniform(0, 4e9)
        theirs = AWSRequest(request.method, url, headers=dict(request.headers), data=request.body)
        now = datetime.fromtimestamp(moment, UTC)
        monkeypatch.setattr("botocore.auth.get_current_datetime", lambda now=now: now)
        keys = TheirCredentials(credentials.access_key, credentials.secret_key, credentials.token)
        (S3SigV4Auth if service == "s3" else SigV4Auth)(keys, service, region).add_auth(theirs)

        ours = sign(request, credentials, region, service, moment)

        assert ours["authorization"] == theirs.headers["Authorization"]
        assert ours["x-amz-date"] == theirs.headers["X-Amz-Date"]
        assert ours.get("x-amz-security-token") == theirs.headers.get("X-Amz-Security-Token")
        assert ours.get("x-amz-content-sha256") == theirs.headers.get("X-Amz-Content-SHA256")


def test_signing_returns_the_request_s_own_headers_too() -> None:
    request = Request("POST", "example.test", "/", "", {"content-type": "text/plain"}, b"")

    headers = sign(request, Credentials("AKIA", "secret"), "eu-west-1", "sqs", 0.0)

    assert headers["content-type"] == "text/plain"
    assert headers["host"] == "example.test"
    assert headers["x-amz-date"] == "19700101T000000Z"


def test_credentials_show_no_secret() -> None:
    shown = repr(Credentials("AKIA", "hush", token="hush too", expires=1.0))

    assert "AKIA" in shown
    assert "hush" not in shown
