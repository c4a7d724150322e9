"""Where a stage is reached, and what its functions are told."""

from aws_cdk import aws_apigatewayv2

from frontdesk_cdk.names import Names
from frontdesk_cdk.settings import Settings


class Address:
    """Where the API of a stage is, and whose tokens it accepts."""

    def __init__(self, settings: Settings, api: aws_apigatewayv2.CfnApi) -> None:
        # An emulator has no name server for its APIs; it serves them below its own address too.
        emulated = f"{settings.emulator}/_aws/execute-api/{api.ref}"
        reached = api.attr_api_endpoint if settings.emulator is None else emulated
        self.api: str = reached if settings.domain is None else f"https://{settings.domain['name']}"
        self.issuer = settings.issuer or self.api


def environment(names: Names, address: Address) -> dict[str, str]:
    """Return what every function of a stage is told."""
    settings = names.settings
    return {
        "FRONTDESK_PREFIX": names.prefix,
        "FRONTDESK_STAGE": settings.stage,
        "FRONTDESK_ACCOUNT": names.account,
        "FRONTDESK_BUS": settings.bus,
        "FRONTDESK_SCHEDULES": settings.schedules,
        "FRONTDESK_ISSUER": address.issuer,
        "FRONTDESK_AUDIENCE": settings.audience[0],
        "FRONTDESK_SITE": address.api,
        "FRONTDESK_LOG_LEVEL": settings.log_level,
        "FRONTDESK_PUBLISH_ALL": "true" if settings.publish_all else "false",
    }
