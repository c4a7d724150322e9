"""Objects: kept whole, listed by their beginning, and forgotten."""

import pytest

from frontdesk.adapters.aws import objects as module
from frontdesk.adapters.aws.client import S3, AwsClient, AwsError
from frontdesk.adapters.aws.names import Names
from frontdesk.adapters.aws.objects import Bucket

pytestmark = pytest.mark.emulator


@pytest.fixture
def bucket(client: AwsClient, names: Names) -> Bucket:
    place = f"<LocationConstraint>{names.region}</LocationConstraint>"
    body = f"<CreateBucketConfiguration>{place}</CreateBucketConfiguration>".encode()
    client.send(S3, "PUT", f"/{names.failures()}", body=body)
    return Bucket(client, names.failures())


def test_an_object_comes_back_as_it_went_in_until_it_is_deleted(bucket: Bucket) -> None:
    content = bytes(range(256)) * 400
    assert bucket.get("a/b c+d&é.json") is None
    bucket.put("a/b c+d&é.json", b"first")
    bucket.put("a/b c+d&é.json", content)
    assert bucket.get("a/b c+d&é.json") == content
    bucket.delete("a/b c+d&é.json")
    bucket.delete("a/b c+d&é.json")
    assert bucket.get("a/b c+d&é.json") is None


def test_keys_are_listed_in_order_page_by_page(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LISTED_AT_ONCE", 2)
    keys = ["aws/b c&d", "aws/lambda/1", "aws/lambda/2+3", "aws/lambda/é", "aws/z"]
    for key in [*keys, "other"]:
        bucket.put(key, b"")
    assert list(bucket.keys("aws/")) == keys
    assert list(bucket.keys("nothing")) == []


def test_a_bucket_that_is_not_there_is_a_typed_error(client: AwsClient) -> None:
    with pytest.raises(AwsError, match="NoSuchBucket"):
        Bucket(client, "nowhere-at-all").put("a", b"")
