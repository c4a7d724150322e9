"""Settings. The only place that reads the environment."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, cast, get_args

import msgspec

if TYPE_CHECKING:
    from pathlib import Path

LOCAL_ISSUER = "frontdesk"


WorkerUse = Literal["auto", "always", "never"]
"""Whether a second process answers requests. auto: once there is a crowd, on two processors; always: from the start."""


class Settings(msgspec.Struct, frozen=True):
    """How one desk runs. Each has a command line option; the environment gives the defaults."""

    data: "Path"
    host: str = "127.0.0.1"
    port: int = 8000
    issuer: str = LOCAL_ISSUER
    log_level: str = "info"
    hold_reactions: bool = False
    copy_to: "Path | None" = None  # where a server keeps a continuous copy of its data
    webhook_networks: tuple[str, ...] = ()  # private ones that webhooks may reach, as "127.0.0.0/8"
    worker: WorkerUse = "auto"  # whether a second process answers requests
    otlp: str = ""  # the OpenTelemetry collector that is told of every span, as "http://127.0.0.1:4318"

    @property
    def site(self) -> str:
        """Where people reach the desk: the issuer, where that is a URL; else this machine."""
        if "://" in self.issuer:
            return self.issuer.rstrip("/")
        reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - compared only
        return f"http://[{reached}]:{self.port}" if ":" in reached else f"http://{reached}:{self.port}"


class StageSettings(msgspec.Struct, frozen=True):
    """How one Lambda function runs: what its deployment wrote into its environment.

    `schedules` is the group of EventBridge Scheduler, `function` the function's name in the manifest, `endpoint` what
    stands in for AWS (an emulator; "" for AWS itself).
    """

    prefix: str
    stage: str
    account: str
    region: str
    bus: str
    schedules: str
    function: str
    issuer: str = ""
    audience: str = "frontdesk"
    site: str = ""  # where people reach the desk; "" for the issuer
    log_level: str = "info"
    publish_all: bool = False
    webhook_networks: tuple[str, ...] = ()  # as in `Settings`
    endpoint: str = ""


def stage_from_environment(environ: Mapping[str, str] | None = None) -> StageSettings:
    """Return what FRONTDESK_PREFIX, _STAGE, _ACCOUNT, _BUS, _SCHEDULES, _FUNCTION and so on give. Raises KeyError."""
    found = os.environ if environ is None else environ
    prefix, issuer = found["FRONTDESK_PREFIX"], found.get("FRONTDESK_ISSUER", "").rstrip("/")
    return StageSettings(
        prefix=prefix,
        stage=found["FRONTDESK_STAGE"],
        account=found["FRONTDESK_ACCOUNT"],
        region=found["AWS_REGION"],
        bus=found.get("FRONTDESK_BUS") or prefix,
        schedules=found.get("FRONTDESK_SCHEDULES") or prefix,
        function=found["FRONTDESK_FUNCTION"],
        issuer=issuer,
        audience=found.get("FRONTDESK_AUDIENCE") or "frontdesk",
        site=found.get("FRONTDESK_SITE", "").rstrip("/") or issuer,
        log_level=found.get("FRONTDESK_LOG_LEVEL") or "info",
        publish_all=found.get("FRONTDESK_PUBLISH_ALL") == "true",
        webhook_networks=_networks(found),
        endpoint=found.get("AWS_ENDPOINT_URL", ""),
    )


def is_deployed(environ: Mapping[str, str] | None = None) -> bool:
    """Return whether this process is a function of a stage."""
    return "FRONTDESK_FUNCTION" in (os.environ if environ is None else environ)


def without_secrets(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment without ours and AWS's: for a process that reaches nobody outside."""
    found = os.environ if environ is None else environ
    return {name: value for name, value in found.items() if not name.startswith(("FRONTDESK_", "AWS_"))}


def aws_credentials(environ: Mapping[str, str] | None = None) -> Mapping[str, str]:
    """Return the environment in which AWS's own tools look for credentials; they may change while it is looked at."""
    return os.environ if environ is None else environ


def ca_file(environ: Mapping[str, str] | None = None) -> str | None:
    """Return the file of roots that AWS_CA_BUNDLE or else SSL_CERT_FILE names: who sets one means nobody else."""
    found = os.environ if environ is None else environ
    return found.get("AWS_CA_BUNDLE") or found.get("SSL_CERT_FILE") or None


def mysql_password(environ: Mapping[str, str] | None = None) -> str:
    """Return FRONTDESK_MYSQL_PASSWORD, "" without it: what an import reads the old shop's database with."""
    return (os.environ if environ is None else environ).get("FRONTDESK_MYSQL_PASSWORD", "")


def from_environment(environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings that FRONTDESK_DATA, _HOST, _PORT, _ISSUER, _LOG_LEVEL, _WORKER and _COPY_TO give.

    FRONTDESK_WEBHOOK_NETWORKS names networks with commas between them, FRONTDESK_OTLP_ENDPOINT a collector of spans.
    """
    from pathlib import Path  # noqa: PLC0415 - a function has no files, and its cold start saves 4 ms

    found = os.environ if environ is None else environ
    return Settings(
        data=Path(found.get("FRONTDESK_DATA", "data")),
        host=found.get("FRONTDESK_HOST", "127.0.0.1"),
        port=int(found.get("FRONTDESK_PORT", "8000")),
        issuer=found.get("FRONTDESK_ISSUER", LOCAL_ISSUER),
        log_level=found.get("FRONTDESK_LOG_LEVEL", "info"),
        copy_to=Path(found["FRONTDESK_COPY_TO"]) if found.get("FRONTDESK_COPY_TO") else None,
        webhook_networks=_networks(found),
        worker=_worker_use(found.get("FRONTDESK_WORKER", "auto")),
        otlp=found.get("FRONTDESK_OTLP_ENDPOINT", ""),
    )


_CHANNELS = ("WHATSAPP_", "SMTP_", "SMS", "SLACK_", "TEAMS_")


def channels_from_environment(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return what is said about channels to people, by names without FRONTDESK_: see `adapters.channels.settings`.

    A secret may stand in a file: FRONTDESK_WHATSAPP_TOKEN_FILE names it. Raises OSError where there is none.
    """
    from pathlib import Path  # noqa: PLC0415 - as above

    found = os.environ if environ is None else environ
    given: dict[str, str] = {}
    for full, value in found.items():
        name = full.removeprefix("FRONTDESK_")
        if name == full or not name.startswith(_CHANNELS):
            continue
        is_file = name.endswith("_FILE")
        given[name.removesuffix("_FILE")] = Path(value).read_text().strip() if is_file else value
    return given


def _worker_use(said: str) -> WorkerUse:
    if said not in get_args(WorkerUse):
        raise ValueError(f"FRONTDESK_WORKER is auto, always or never, not {said}.")
    return cast("WorkerUse", said)


def _networks(found: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(found.get("FRONTDESK_WEBHOOK_NETWORKS", "").replace(",", " ").split())
