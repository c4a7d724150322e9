"""One stage: everything that the manifest asks for, by construct and concern."""

from pathlib import Path

from aws_cdk import CfnOutput, CliCredentialsStackSynthesizer, Environment, Stack, Tags
from constructs import Construct, IConstruct

from frontdesk_cdk import manifest
from frontdesk_cdk.api import Api
from frontdesk_cdk.bus import Bus
from frontdesk_cdk.chat import Chat
from frontdesk_cdk.code import Code
from frontdesk_cdk.dashboard import Dashboard
from frontdesk_cdk.domain import Domain
from frontdesk_cdk.environment import Address, environment
from frontdesk_cdk.failures import Failures
from frontdesk_cdk.function import Function
from frontdesk_cdk.identity import Identity
from frontdesk_cdk.names import Names
from frontdesk_cdk.observability import Alarms, Budget, Topic
from frontdesk_cdk.relay import Parking, Relay
from frontdesk_cdk.schedule import Schedule
from frontdesk_cdk.settings import Settings
from frontdesk_cdk.subscriber import Subscriber
from frontdesk_cdk.table import Table
from frontdesk_cdk.timers import Timers


class Stage(Stack):
    """The stack of a stage, which has the stage's prefix as its name."""

    def __init__(self, scope: Construct, settings: Settings, account: str) -> None:
        super().__init__(
            scope,
            settings.prefix,
            stack_name=settings.prefix,
            description=f"The front desk ({settings.stage})",
            env=Environment(account=account, region=settings.region),
            termination_protection=settings.is_protected,
            # The toolkit's bucket refuses its roles whatever comes in plain text, as everything does to an emulator.
            synthesizer=None if settings.emulator is None else CliCredentialsStackSynthesizer(),
        )
        for key, value in {**settings.tags, "project": "frontdesk", "stage": settings.stage}.items():
            Tags.of(self).add(key, value)
        self._names = Names(settings, account)
        self._declared = manifest.served_with(manifest.read(Path(settings.manifest)), settings.issuer)
        self._api = Api(self, self._names)
        self._address = Address(settings, self._api.resource)
        self._functions = self._make_functions()
        self._make_queues()
        self._make_streams()
        self._serve()
        self._watch()
        self._say()

    def _make_functions(self) -> dict[str, Function]:
        scope, code = Construct(self, "Functions"), Code(self, self._names.settings)
        told = environment(self._names, self._address)
        for role in self._declared["roles"]:
            Timers(self, role, self._names)
        made = {
            function["name"]: Function(scope, function, self._names, code, told)
            for function in self._declared["functions"]
        }
        for schedule in self._declared["schedules"]:
            Schedule(Construct(self, "Schedules"), schedule, self._names, made[schedule["function"]])
        return made

    def _make_queues(self) -> None:
        bus, scope, parking = (
            Bus(self, self._names),
            Construct(self, "Subscribers"),
            Construct(self, "Parking"),
        )
        for queue in self._declared["queues"]:
            Subscriber(scope, queue, self._names, self._functions[queue["function"]], bus.resource)
        for service in self._declared["parked"]:
            Parking(parking, service, self._names)

    def _make_streams(self) -> None:
        streams = {stream["table"]: stream for stream in self._declared["streams"]}
        tables, relays = Construct(self, "Tables"), Construct(self, "Relays")
        failures = Failures(self, self._names)
        for declared in self._declared["tables"]:
            stream = streams.get(declared["name"])
            table = Table(tables, declared, self._names, stream=stream is not None)
            if stream is not None:
                Relay(relays, stream, table, self._functions[stream["function"]], failures.bucket)

    def _serve(self) -> None:
        """Serve what is open first: with our own issuer, the authorizer cannot be made before it can be read."""
        settings, routes = self._names.settings, self._declared["routes"]
        pages = self._api.serve([route for route in routes if route["public"]], self._functions)
        served: list[IConstruct] = [*pages, self._api.stage]
        if settings.domain is not None:
            served.append(Domain(self, settings.domain, self._api))
        identity = Identity(self, self._names, self._api.resource, self._address.issuer, served)
        protected = [route for route in routes if not route["public"]]
        self._api.serve(protected, self._functions, identity.authorizer)

    def _watch(self) -> None:
        settings, topic, api_id = self._names.settings, Topic(self, self._names), self._api.resource.ref
        alarms = Alarms(
            self,
            self._declared["alarms"],
            self._names,
            topic,
            lambda symbol: api_id if symbol == "api" else self._names.dimension(symbol),
        )
        Dashboard(self, self._declared, self._names, api_id, alarms.names)
        if settings.slack or settings.teams:
            Chat(self, self._names, topic)
        budget, dollars = self._declared["budget"], settings.monthly_budget_usd
        dollars = budget["dollars"] if dollars is None else dollars
        if dollars and settings.emulator is None:  # no emulator knows AWS::Budgets::Budget
            Budget(self, budget, dollars, self._names, topic)

    def _say(self) -> None:
        settings, names, said = self._names.settings, self._names, Construct(self, "Outputs")
        watched = f"https://{settings.region}.console.aws.amazon.com/cloudwatch/home?region={settings.region}"
        for name, value in {
            "Prefix": names.prefix,
            "Stage": settings.stage,
            "Region": settings.region,
            "Account": names.account,
            "ApiUrl": self._address.api,
            "ApiId": self._api.resource.ref,
            "Issuer": self._address.issuer,
            "Audience": ",".join(settings.audience),
            "Bus": settings.bus,
            "FailuresBucket": names.failures(),
            "ScheduleGroup": settings.schedules,
            "AlarmTopic": names.arn("sns", names.of("alarms")),
            "DashboardUrl": f"{watched}#dashboards/dashboard/{names.prefix}",
        }.items():
            CfnOutput(said, name, value=value).override_logical_id(name)
