"""The private bucket of what a relay gave up. S3 encrypts what it holds, and refuses access lists, by itself."""

from aws_cdk import CfnDeletionPolicy, aws_s3
from constructs import Construct

from frontdesk_cdk.accepted import TLS, accept
from frontdesk_cdk.names import Names


class Failures(Construct):
    """It is deleted with the stage, which fails while something lies in it: events that nobody has heard yet."""

    def __init__(self, scope: Construct, names: Names) -> None:
        super().__init__(scope, "Failures")
        self.bucket = aws_s3.CfnBucket(
            self,
            "Bucket",
            bucket_name=names.failures(),
            public_access_block_configuration=aws_s3.CfnBucket.PublicAccessBlockConfigurationProperty(
                block_public_acls=True,
                block_public_policy=True,
                ignore_public_acls=True,
                restrict_public_buckets=True,
            ),
        )
        accept(self.bucket, "S10", TLS)
        accept(
            self.bucket,
            "S1",
            "Its few readers are roles of this stage, whose every call CloudTrail can show.",
        )
        self.bucket.cfn_options.deletion_policy = CfnDeletionPolicy.DELETE
