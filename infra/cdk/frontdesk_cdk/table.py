"""The table of one service: its records, counters and claims, its indexes, and the stream that its relay reads."""

from aws_cdk import CfnDeletionPolicy, aws_dynamodb
from constructs import Construct

from frontdesk_cdk import manifest
from frontdesk_cdk.accepted import accept
from frontdesk_cdk.names import Names

_DAYS_TO_GO_BACK = 35  # the most that DynamoDB keeps


class Table(Construct):
    """A table of the manifest. `stream`: somebody reads what changes."""

    def __init__(self, scope: Construct, declared: manifest.Table, names: Names, *, stream: bool) -> None:
        super().__init__(scope, declared["name"])
        protected = names.settings.is_protected
        indexes = declared["indexes"]
        keys = ["pk", *(key for index in indexes for key in (index["partition"], index["sort"]))]
        self.resource = aws_dynamodb.CfnTable(
            self,
            "Table",
            table_name=names.of(declared["name"]),
            billing_mode="PAY_PER_REQUEST",
            attribute_definitions=[
                aws_dynamodb.CfnTable.AttributeDefinitionProperty(attribute_name=key, attribute_type="S")
                for key in keys
            ],
            key_schema=[_key("pk", "HASH")],
            global_secondary_indexes=[_index(index) for index in indexes] or None,
            stream_specification=_NEW_IMAGES if stream else None,
            time_to_live_specification=aws_dynamodb.CfnTable.TimeToLiveSpecificationProperty(
                attribute_name="ttl", enabled=True
            ),
            deletion_protection_enabled=protected,
            point_in_time_recovery_specification=aws_dynamodb.CfnTable.PointInTimeRecoverySpecificationProperty(
                point_in_time_recovery_enabled=protected,
                recovery_period_in_days=_DAYS_TO_GO_BACK if protected else None,
            ),
        )
        if not protected:
            accept(self.resource, "DDB3", "It bills by the gigabyte, and is on where a stage is protected.")
        policy = CfnDeletionPolicy.RETAIN if protected else CfnDeletionPolicy.DELETE
        self.resource.cfn_options.deletion_policy = policy
        self.resource.cfn_options.update_replace_policy = CfnDeletionPolicy.RETAIN


_NEW_IMAGES = aws_dynamodb.CfnTable.StreamSpecificationProperty(stream_view_type="NEW_IMAGE")


def _key(name: str, kind: str) -> aws_dynamodb.CfnTable.KeySchemaProperty:
    return aws_dynamodb.CfnTable.KeySchemaProperty(attribute_name=name, key_type=kind)


def _index(index: manifest.Index) -> aws_dynamodb.CfnTable.GlobalSecondaryIndexProperty:
    return aws_dynamodb.CfnTable.GlobalSecondaryIndexProperty(
        index_name=index["name"],
        key_schema=[_key(index["partition"], "HASH"), _key(index["sort"], "RANGE")],
        projection=aws_dynamodb.CfnTable.ProjectionProperty(projection_type="KEYS_ONLY"),
    )
