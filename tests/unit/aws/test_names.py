"""What the parts of a stage are called."""

from frontdesk.adapters.aws.names import Names

DEV = Names("frontdesk-dev", "eu-west-1", "123456789012")


def test_every_part_is_named_by_one_rule() -> None:
    assert DEV.table("orders") == "frontdesk-dev-orders"
    assert DEV.queue("orders-processor") == "frontdesk-dev-orders-processor"
    assert DEV.parked("orders") == "frontdesk-dev-orders-parked"
    assert DEV.failures() == "frontdesk-dev-failures-123456789012"
    assert DEV.parameter("keys/seals") == "/frontdesk-dev/keys/seals"


def test_addresses_and_arns_follow_from_names() -> None:
    assert DEV.queue_url("q") == "https://sqs.eu-west-1.amazonaws.com/123456789012/q"
    assert DEV.queue_arn("q") == "arn:aws:sqs:eu-west-1:123456789012:q"
    assert DEV.scheduler_role() == "arn:aws:iam::123456789012:role/frontdesk-dev-scheduler"


def test_other_partitions_and_an_endpoint_are_known() -> None:
    china = Names("f", "cn-north-1", "1")
    assert china.queue_url("q") == "https://sqs.cn-north-1.amazonaws.com.cn/1/q"
    assert china.queue_arn("q") == "arn:aws-cn:sqs:cn-north-1:1:q"
    assert Names("f", "us-gov-west-1", "1").scheduler_role() == "arn:aws-us-gov:iam::1:role/f-scheduler"
    assert Names("f", "eu-west-1", "1", "http://localhost:4566").queue_url("q") == "http://localhost:4566/1/q"
