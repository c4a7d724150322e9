"""A whole AWS on this machine, for tests: the `ministack` emulator in a virtual environment of its own.

Nothing of this project is installed beside it, so a function that forgot to pack a module fails here too. Many may run
at once, each on a port of its own. Within one, every account is a world of its own: `credentials` picks it.
"""

import http.client
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

REGION = "eu-west-1"
ACCOUNT = "000000000000"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}

_PYTHON = Path(__file__).resolve().parents[1] / ".venv-emulator" / "bin" / "python"
_START = 20.0  # seconds to answer the first time; usually it takes a third of one
_STOP = 5.0  # seconds between asking it to stop and making it stop
_ATTEMPTS = 3  # another process may take the free port between our finding it and the emulator's


class EmulatorFailed(Exception):
    """It is not installed, or did not start. The message says what to do, or what it printed."""


def credentials(account: str = ACCOUNT) -> dict[str, str]:
    """Return the root credentials of an account, which is empty until somebody uses it: any 12 digits."""
    return CREDENTIALS | ({"AWS_ACCESS_KEY_ID": account} if account != ACCOUNT else {})


@contextmanager
def running_emulator(*, enforced: bool = False) -> Iterator[str]:
    """Run an empty emulator and give its URL. All it held is gone afterwards.

    `enforced`: IAM decides, so that a function may do what its role allows and nothing else.
    """
    if not _PYTHON.exists():
        raise EmulatorFailed("the AWS emulator is not installed: run `make emulator`")
    with tempfile.TemporaryDirectory(prefix="emulator-", ignore_cleanup_errors=True) as folder:
        process, port = _start(Path(folder), {"AUTH": "true"} if enforced else {})
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            _stop(process)


@pytest.fixture(scope="session")
def emulator_url() -> Iterator[str]:
    """Run one emulator for all tests of the session. Import this in a conftest, not in a test."""
    with running_emulator() as url:
        yield url


def _start(folder: Path, more: Mapping[str, str]) -> tuple[subprocess.Popen[bytes], int]:
    printed = folder / "printed"
    for _ in range(_ATTEMPTS):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port: int = free.getsockname()[1]
        with printed.open("wb") as output:
            process = subprocess.Popen(
                [_PYTHON, "-m", "ministack"],
                env={**_environment(folder, port), **more},
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # so that its functions end with it
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
    """Ask it to stop; then make it, and every function that it still runs."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):  # after much use it closes its port and lives on
        process.wait(_STOP)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
