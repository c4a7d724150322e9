"""A domain of one's own. The certificate is there already, in the same region."""

from aws_cdk import aws_apigatewayv2, aws_route53
from constructs import Construct

from frontdesk_cdk import settings
from frontdesk_cdk.api import Api


class Domain(Construct):
    """The domain, what it leads to, and its entry in Route 53 where the zone is there."""

    def __init__(self, scope: Construct, chosen: settings.Domain, api: Api) -> None:
        super().__init__(scope, "Domain")
        name = aws_apigatewayv2.CfnDomainName(
            self,
            "Name",
            domain_name=chosen["name"],
            domain_name_configurations=[
                aws_apigatewayv2.CfnDomainName.DomainNameConfigurationProperty(
                    certificate_arn=chosen["certificate_arn"],
                    endpoint_type="REGIONAL",
                    security_policy="TLS_1_2",
                )
            ],
        )
        self.mapping = aws_apigatewayv2.CfnApiMapping(
            self,
            "Mapping",
            api_id=api.resource.ref,
            domain_name=name.ref,
            stage=api.stage.ref,
        )
        zone = chosen.get("zone_id")
        if zone:
            record = aws_route53.CfnRecordSet(
                self,
                "Record",
                hosted_zone_id=zone,
                name=chosen["name"],
                type="A",
                alias_target=aws_route53.CfnRecordSet.AliasTargetProperty(
                    dns_name=name.attr_regional_domain_name,
                    hosted_zone_id=name.attr_regional_hosted_zone_id,
                    evaluate_target_health=False,
                ),
            )
            record.add_resource_dependency(self.mapping)
