"""The HTTP API: every route by name, so that what nobody declared is answered without waking a function."""

import json
from collections.abc import Mapping, Sequence

from aws_cdk import CfnResource, aws_apigatewayv2, aws_lambda, aws_logs
from constructs import Construct

from frontdesk_cdk import manifest
from frontdesk_cdk.accepted import accept
from frontdesk_cdk.function import Function
from frontdesk_cdk.names import Names

_LOGGED = {
    "at": "$context.requestTime",
    "request": "$context.requestId",
    "route": "$context.routeKey",
    "status": "$context.status",
    "ms": "$context.responseLatency",
    "bytes": "$context.responseLength",
    "caller": "$context.authorizer.claims.sub",
    "refusal": "$context.authorizer.error",
    "breakdown": "$context.integrationErrorMessage",
}
_ASKED_BY_WEBSITES = ("authorization", "content-type", "idempotency-key", "if-match", "if-none-match")
_SHOWN_TO_WEBSITES = ("etag", "idempotency-replayed", "location", "retry-after")
_TRACED_BY = "x-correlation-id"
_HOUR = 3600


class Api(Construct):
    """The API and its stage. What it serves is added by `serve`, for the functions are told where the API is."""

    def __init__(self, scope: Construct, names: Names) -> None:
        super().__init__(scope, "Api")
        self._names, settings = names, names.settings
        self._ways: dict[str, aws_apigatewayv2.CfnIntegration] = {}
        self.resource = aws_apigatewayv2.CfnApi(
            self,
            "Api",
            name=names.prefix,
            description=f"The API of the front desk ({settings.stage})",
            protocol_type="HTTP",
            disable_execute_api_endpoint=settings.domain is not None,
            cors_configuration=_websites(settings.cors_origins),
        )
        logs = aws_logs.CfnLogGroup(
            self,
            "Logs",
            log_group_name=f"/aws/apigateway/{names.prefix}",
            retention_in_days=settings.log_retention_days,
        )
        self.stage = aws_apigatewayv2.CfnStage(
            self,
            "Stage",
            api_id=self.resource.ref,
            stage_name="$default",
            description=f"The API of the front desk ({settings.stage})",
            auto_deploy=True,
            default_route_settings=aws_apigatewayv2.CfnStage.RouteSettingsProperty(
                throttling_rate_limit=settings.throttle["rate"],
                throttling_burst_limit=settings.throttle["burst"],
            ),
            access_log_settings=aws_apigatewayv2.CfnStage.AccessLogSettingsProperty(
                destination_arn=names.arn("logs", f"log-group:/aws/apigateway/{names.prefix}"),
                format=json.dumps(_LOGGED),
            ),
        )
        self.stage.add_resource_dependency(logs)

    def serve(
        self,
        routes: Sequence[manifest.Route],
        functions: Mapping[str, Function],
        authorizer: CfnResource | None = None,
    ) -> list[aws_apigatewayv2.CfnRoute]:
        """Add routes and return them; without an authorizer they are open to everybody."""
        return [self._route(route, functions[route["function"]], authorizer) for route in routes]

    def _route(
        self, route: manifest.Route, function: Function, authorizer: CfnResource | None
    ) -> aws_apigatewayv2.CfnRoute:
        made = aws_apigatewayv2.CfnRoute(
            self,
            route["route_key"],
            api_id=self.resource.ref,
            route_key=route["route_key"],
            target=f"integrations/{self._way(function).ref}",
            authorization_type="NONE" if authorizer is None else "JWT",
            authorizer_id=None if authorizer is None else authorizer.ref,
            authorization_scopes=route["scopes"] or None,
        )
        if authorizer is None:
            accept(
                made,
                "APIG4",
                "Open to everybody on purpose: signing in, its discovery, health, the description of the API.",
            )
        return made

    def _way(self, function: Function) -> aws_apigatewayv2.CfnIntegration:
        """Return the way to a function, the same for all its routes."""
        name = function.node.id
        if name not in self._ways:
            scope = Construct(self, name)
            permission = aws_lambda.CfnPermission(
                scope,
                "Permission",
                action="lambda:InvokeFunction",
                function_name=function.name,
                principal="apigateway.amazonaws.com",
                source_arn=self._names.arn("execute-api", f"{self.resource.ref}/*/*"),
            )
            permission.add_resource_dependency(function.resource)
            self._ways[name] = aws_apigatewayv2.CfnIntegration(
                scope,
                "Integration",
                api_id=self.resource.ref,
                description=name,
                integration_type="AWS_PROXY",
                integration_uri=function.arn,
                payload_format_version="2.0",
            )
            self._ways[name].add_resource_dependency(permission)
        return self._ways[name]


def _websites(origins: list[str]) -> aws_apigatewayv2.CfnApi.CorsProperty | None:
    if not origins:
        return None
    return aws_apigatewayv2.CfnApi.CorsProperty(
        allow_origins=origins,
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=[*_ASKED_BY_WEBSITES, _TRACED_BY],
        expose_headers=[*_SHOWN_TO_WEBSITES, _TRACED_BY],
        max_age=_HOUR,
    )
