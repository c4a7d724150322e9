"""Who may come in: tokens of one issuer, meant for us. It is our own unless the stage names another.

API Gateway reads the issuer's discovery document as it makes the authorizer, so our own pages must be served before.
"""

from collections.abc import Iterable

from aws_cdk import CfnResource, aws_apigatewayv2
from constructs import Construct, IConstruct

from frontdesk_cdk.names import Names


class Identity(Construct):
    """The authorizer of an API. `served` are the pages that API Gateway may ask for while it makes it."""

    def __init__(
        self, scope: Construct, names: Names, api: CfnResource, issuer: str, served: Iterable[IConstruct]
    ) -> None:
        super().__init__(scope, "Identity")
        self.authorizer = aws_apigatewayv2.CfnAuthorizer(
            self,
            "Authorizer",
            name=names.prefix,
            api_id=api.ref,
            authorizer_type="JWT",
            identity_source=["$request.header.Authorization"],
            jwt_configuration=aws_apigatewayv2.CfnAuthorizer.JWTConfigurationProperty(
                issuer=issuer, audience=names.settings.audience
            ),
        )
        self.authorizer.node.add_dependency(*served)
