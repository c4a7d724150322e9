"""A whole AWS on this machine, for tests: the `ministack` emulator in a virtual environment of its own.

Nothing of this project is installed beside it, so a function that forgot to pack a module fails here too.
"""

import http.client
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

REGION = "eu-west-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}

_PYTHON = Path(__file__).resolve().parents[1] / ".venv-emulator" / "bin" / "python"
_START = 20.0  # seconds to answer the first time; usually it takes a third of one
_STOP = 5.0  # seconds between asking it to stop and making it stop
_ATTEMPTS = 3  # another process may take the free port between our finding it and the emulator's


class EmulatorFailed(Exception):
    """It is not installed, or did not start. The message says what to do, or what it printed."""


@contextmanager
def running_emulator() -> Iterator[str]:
    """Run an empty emulator and give its URL. All it held is gone afterwards."""
    if not _PYTHON.exists():
        raise EmulatorFailed("the AWS emulator is not installed: run `make emulator`")
    with tempfile.TemporaryDirectory(prefix="emulator-", ignore_cleanup_errors=True) as folder:
        process, port = _start(Path(folder))
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            _stop(process)


@pytest.fixture(scope="session")
def emulator_url() -> Iterator[str]:
    """Run one emulator for all tests of the session. Import this in a conftest, not in a test."""
    with running_emulator() as url:
        yield url


def _start(folder: Path) -> tuple[subprocess.Popen[bytes], int]:
    printed = folder / "printed"
    for _ in range(_ATTEMPTS):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port: int = free.getsockname()[1]
        with printed.open("wb") as output:
            process = subprocess.Popen(
                [_PYTHON, "-m", "ministack"],
                env=_environment(folder, port),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        if _is_ready(process, port):
            return process, port
        _stop(process)
    raise EmulatorFailed(f"the AWS emulator did not start: {printed.read_text(errors='replace')[-2000:]}")


def _environment(folder: Path, port: int) -> dict[str, str]:
    """Return all that it sees: it hands its environment on to every function that it runs."""
    home, temporary = folder / "home", folder / "tmp"
    home.mkdir(exist_ok=True)
    temporary.mkdir(exist_ok=True)
    return {
        "PATH": os.defpath,
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "BIND_HOST": "127.0.0.1",  # it would listen to the whole network otherwise
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": "localhost",
        "MINISTACK_REGION": REGION,
        "IOT_MTLS_ENABLED": "0",  # these two would take fixed ports
        "SFTP_ENABLED": "0",
    }


def _is_ready(process: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until it answers. False: it ended, or time is up."""
    until = time.monotonic() + _START
    while process.poll() is None and time.monotonic() < until:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", "/_ministack/health")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return True
        except OSError:
            pass  # not yet
        finally:
            connection.close()
        time.sleep(0.05)
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP)
    except subprocess.TimeoutExpired:  # after much use it closes its port and lives on
        process.kill()
        process.wait()
