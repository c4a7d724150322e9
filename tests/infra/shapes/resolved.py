"""A template of CloudFormation with every reference replaced by what it will be."""

from collections.abc import Mapping
from typing import Any

from tests.infra.shapes.shape import API

# What `Ref` gives of each type: a property, or words for an id that AWS chooses.
_REFS = {
    "AWS::ApiGatewayV2::DomainName": "DomainName",
    "AWS::ApiGatewayV2::Stage": "StageName",
    "AWS::SQS::Queue": "QueueName",
}


class Resolved:
    """The resources of a template that is deployed to an account and region."""

    def __init__(self, template: Mapping[str, Any], account: str, region: str) -> None:
        self._resources: Mapping[str, Any] = template["Resources"]
        self._account, self._region = account, region
        self._read: set[str] = set()

    def of(self, type: str) -> list[Any]:
        """Return the properties of all resources of a type."""
        self._read.add(type)
        return [
            self._value(resource["Properties"])
            for resource in self._resources.values()
            if resource["Type"] == type
        ]

    def unread(self) -> set[str]:
        """Return the types that nobody has asked for."""
        return {resource["Type"] for resource in self._resources.values()} - self._read

    def _value(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._value(each) for each in value]
        if not isinstance(value, dict):
            return value
        match value:
            case {"Ref": name}:
                return self._ref(name)
            case {"Fn::GetAtt": [name, attribute]}:
                return self._attribute(name, attribute)
            case {"Fn::Join": [between, parts]}:
                return between.join(self._value(parts))
        return {key: self._value(each) for key, each in value.items()}

    def _ref(self, name: str) -> Any:
        kind, properties = self._resources[name]["Type"], self._resources[name]["Properties"]
        if kind in _REFS:
            return properties[_REFS[kind]]
        match kind:
            case "AWS::ApiGatewayV2::Api":
                return API
            case "AWS::ApiGatewayV2::Integration":
                return f"<{properties['Description']}>"
            case "AWS::ApiGatewayV2::Authorizer":
                return "<the authorizer>"
            case "AWS::SNS::Topic":
                return f"arn:aws:sns:{self._region}:{self._account}:{properties['TopicName']}"
        raise KeyError(kind)

    def _attribute(self, name: str, attribute: str) -> Any:
        kind, properties = self._resources[name]["Type"], self._resources[name]["Properties"]
        here = f"{self._region}:{self._account}"
        match kind, attribute:
            case "AWS::IAM::Role", "Arn":
                return f"arn:aws:iam::{self._account}:role/{properties['RoleName']}"
            case "AWS::DynamoDB::Table", "StreamArn":
                return f"arn:aws:dynamodb:{here}:table/{properties['TableName']}/stream/*"
            case "AWS::S3::Bucket", "Arn":
                return f"arn:aws:s3:::{properties['BucketName']}"
            case "AWS::Events::Rule", "Arn":
                return f"arn:aws:events:{here}:rule/{properties['Name']}"
            case "AWS::ApiGatewayV2::Api", "ApiEndpoint":
                return f"https://{API}.execute-api.{self._region}.amazonaws.com"
            case "AWS::ApiGatewayV2::DomainName", _:
                return f"<{attribute} of {properties['DomainName']}>"
        raise KeyError(f"{kind}.{attribute}")
