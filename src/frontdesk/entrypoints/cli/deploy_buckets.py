"""Deleting from buckets that keep every version of what is in them."""

from __future__ import annotations

from typing import Any

AT_ONCE = 1_000  # objects that S3 deletes in one call
_NO_SUCH = {"404", "NoSuchBucket"}


def exists(s3: Any, bucket: str) -> bool:
    """Return whether there is such a bucket of ours."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - the SDK is the workstation's

    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] not in _NO_SUCH:
            raise
        return False
    return True


def empty(s3: Any, bucket: str, prefix: str = "") -> None:
    """Delete every version of everything below a prefix."""
    pages = s3.get_paginator("list_object_versions")
    for page in pages.paginate(Bucket=bucket, Prefix=prefix, PaginationConfig={"PageSize": AT_ONCE}):
        found = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
        if found:
            objects = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]
            s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})


def is_empty(s3: Any, bucket: str) -> bool:
    """Return whether a bucket holds no version of anything."""
    found = s3.list_object_versions(Bucket=bucket, MaxKeys=1)
    return not found.get("Versions") and not found.get("DeleteMarkers")


def delete_bucket(s3: Any, bucket: str) -> None:
    """Delete a bucket with all that is in it. One that is not there is fine."""
    if exists(s3, bucket):
        empty(s3, bucket)
        s3.delete_bucket(Bucket=bucket)
