"""The bucket in which Terraform keeps what it has made: one for an account and region, with a key for each stage."""

from __future__ import annotations

from typing import Any

from frontdesk.entrypoints.cli import deploy_buckets as buckets
from frontdesk.entrypoints.cli.stage_session import Session

_ONLY_OURS = dict.fromkeys(
    ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
)
_OURS = {
    "Key": "made-by",
    "Value": "frontdesk deploy",
}  # a bucket that somebody else has made is not ours to delete
_DEFAULT_REGION = "us-east-1"  # S3 refuses to be told this one


class StateBucket:
    """Versioned, private, encrypted by S3 itself. The last stage that is destroyed takes it along."""

    def __init__(self, session: Session) -> None:
        self._s3 = session.client("s3")
        self._region = session.region
        self.name = f"frontdesk-state-{session.account()}-{session.region}"

    def key(self, stage: str) -> str:
        """Return where a stage's state is."""
        return f"{stage}/terraform.tfstate"

    def make(self) -> None:
        """Make the bucket, unless it is there."""
        if buckets.exists(self._s3, self.name):
            return
        place: dict[str, Any] = {}
        if self._region != _DEFAULT_REGION:
            place = {"CreateBucketConfiguration": {"LocationConstraint": self._region}}
        self._s3.create_bucket(Bucket=self.name, **place)
        self._s3.put_public_access_block(Bucket=self.name, PublicAccessBlockConfiguration=_ONLY_OURS)
        self._s3.put_bucket_tagging(Bucket=self.name, Tagging={"TagSet": [_OURS]})
        self._s3.put_bucket_versioning(Bucket=self.name, VersioningConfiguration={"Status": "Enabled"})

    def forget(self, stage: str) -> None:
        """Delete a stage's state with all its versions; and the bucket when it was the last, if `make` made it."""
        if buckets.exists(self._s3, self.name):
            buckets.empty(self._s3, self.name, f"{stage}/")
            if buckets.is_empty(self._s3, self.name) and self._is_ours():
                self._s3.delete_bucket(Bucket=self.name)

    def _is_ours(self) -> bool:
        from botocore.exceptions import ClientError  # noqa: PLC0415 - the SDK is the workstation's

        try:
            return _OURS in self._s3.get_bucket_tagging(Bucket=self.name)["TagSet"]
        except ClientError:  # S3 calls it an error that there is no tag
            return False
