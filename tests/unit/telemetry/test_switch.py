"""Tracing is off unless a collector is named, and then costs nothing; on, it says what it needs."""

import subprocess
import sys
from pathlib import Path

import pytest

from frontdesk import bootstrap
from frontdesk.config import Settings, from_environment
from frontdesk.entrypoints.cli.mending import MENDABLE, exit_status_of


def test_a_server_without_a_collector_imports_nothing_of_opentelemetry() -> None:
    look = "import sys, frontdesk.entrypoints.cli.serving; print('opentelemetry' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"


def test_no_collector_means_no_spans(tmp_path: Path) -> None:
    assert bootstrap.spans(Settings(tmp_path)) is None


def test_the_environment_names_a_collector() -> None:
    found = from_environment({"FRONTDESK_OTLP_ENDPOINT": "http://collector:4318"})

    assert found.otlp == "http://collector:4318"


def test_missing_packages_are_told_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "frontdesk.adapters.telemetry.spans", None)

    with pytest.raises(bootstrap.MissingPackagesError, match=r"frontdesk\[otel\]") as missing:
        bootstrap.spans(Settings(tmp_path, otlp="http://collector:4318"))

    assert exit_status_of(missing.value) == MENDABLE
