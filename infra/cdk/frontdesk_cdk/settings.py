"""What a stage is deployed with: the variables of infra/terraform/variables.tf, where each is described."""

import json
import re
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TypedDict

_STAGE = re.compile(r"(dev|staging|production|(preview|dev)-[a-z0-9]([a-z0-9-]*[a-z0-9])?)", re.ASCII)
_STAGE_CHARS = 24
_PRODUCTION = "production"


class SettingsError(Exception):
    """Settings that no stage can be deployed with."""


class Package(TypedDict):
    path: str
    hash: str


class _Domain(TypedDict):
    name: str
    certificate_arn: str


class Domain(_Domain, total=False):
    zone_id: str | None


class Throttle(TypedDict):
    rate: float
    burst: int


class Slack(TypedDict):
    workspace: str
    channel: str


class Teams(TypedDict):
    tenant: str
    team: str
    channel: str


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The variables of one stage. Names, meanings and defaults are Terraform's: one file serves both."""

    stage: str
    region: str
    manifest: str
    packages: dict[str, Package] = field(default_factory=dict)
    images: dict[str, str] = field(default_factory=dict)
    runtime: str = "python3.13"
    architecture: str = "arm64"
    memory: dict[str, int] = field(default_factory=dict)
    concurrency: dict[str, int] = field(default_factory=dict)
    log_level: str = "info"
    log_retention_days: int = 30
    tracing: bool = False
    publish_all: bool = False
    bus_name: str | None = None
    create_bus: bool = True
    schedule_group: str | None = None
    domain: Domain | None = None
    issuer: str | None = None
    audience: list[str] = field(default_factory=lambda: ["frontdesk"])
    throttle: Throttle = field(default_factory=lambda: Throttle(rate=500, burst=1000))
    cors_origins: list[str] = field(default_factory=list)
    alarm_emails: list[str] = field(default_factory=list)
    slack: Slack | None = None
    teams: Teams | None = None
    monthly_budget_usd: float | None = None
    protected: bool | None = None
    permissions_boundary: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    emulator: str | None = None

    @property
    def prefix(self) -> str:
        """What every name of the stage begins with."""
        return f"frontdesk-{self.stage}"

    @property
    def bus(self) -> str:
        """The name of the event bus."""
        return self.bus_name or self.prefix

    @property
    def schedules(self) -> str:
        """The name of the group of EventBridge Scheduler."""
        return self.schedule_group or self.prefix

    @property
    def is_protected(self) -> bool:
        """Whether tables refuse to be deleted and keep what they were."""
        return self.stage == _PRODUCTION if self.protected is None else self.protected


def read(path: Path) -> Settings:
    """Return the settings in a JSON file. Raises SettingsError, OSError."""
    try:
        found = json.loads(path.read_bytes())
    except ValueError:
        raise SettingsError(f"{path} is not JSON") from None
    if not isinstance(found, dict):
        raise SettingsError(f"{path} must hold the variables of a stage by name")
    known = {each.name for each in fields(Settings)}
    unknown, missing = sorted(found.keys() - known), sorted({"stage", "region", "manifest"} - found.keys())
    if unknown or missing:
        raise SettingsError(f"{path}: unknown {unknown}, missing {missing}")
    return checked(Settings(**found))


def checked(settings: Settings) -> Settings:
    """Return the settings if names can be made of them. Raises SettingsError."""
    if not _STAGE.fullmatch(settings.stage) or len(settings.stage) > _STAGE_CHARS:
        raise SettingsError(
            "Use dev, staging, production, preview-<branch> or dev-<name>: "
            f"lower case, digits and dashes, {_STAGE_CHARS} characters at most."
        )
    return settings
