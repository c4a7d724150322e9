"""Starting what is measured: the endpoint once, and a fresh process for each measurement."""

import json
import ssl
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.aws.trust import ADDRESS, write_certificate
from bench.aws.world import ACCOUNT, PREFIX, REGION, TABLE, request
from bench.errors import BenchError

HERE = Path(__file__).parent
SECONDS = 60  # for one measurement; it takes one or two


@dataclass(frozen=True, slots=True)
class Contestant:
    """One function: its module, where Python finds it and what it imports, and which of DynamoDB's calls it makes."""

    name: str
    title: str
    module: str
    client: str  # of `calls.py`; "" where it is another's
    python: Path
    folders: Sequence[Path]
    roots: Path  # whom it believes to be AWS


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the local endpoint is, and how a function reaches it."""

    url: str
    root: Path  # its certificate
    folder: Path

    @property
    def request(self) -> Path:
        """Return the file that holds the function's first request."""
        return self.folder / "request.json"

    def environment(self, roots: Path) -> dict[str, str]:
        """Return all that a function sees: what Lambda sets, what a stage sets, and whom to trust: `roots` and us."""
        bundle = self.folder / "bundle.pem"
        bundle.write_bytes(roots.read_bytes() + b"\n" + self.root.read_bytes())
        return {
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_SESSION_TOKEN": "token",
            "AWS_ENDPOINT_URL": self.url,
            "AWS_CA_BUNDLE": str(bundle),
            "AWS_LAMBDA_FUNCTION_NAME": f"{PREFIX}-orders-http",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "FRONTDESK_PREFIX": PREFIX,
            "FRONTDESK_STAGE": "bench",
            "FRONTDESK_ACCOUNT": ACCOUNT,
            "FRONTDESK_BUS": PREFIX,
            "FRONTDESK_SCHEDULES": "default",
            "FRONTDESK_FUNCTION": "orders-http",
            "FRONTDESK_ISSUER": "https://api.example.com",
            "FRONTDESK_AUDIENCE": "frontdesk",
            "FRONTDESK_LOG_LEVEL": "info",
            "TABLE": TABLE,
            "POWERTOOLS_SERVICE_NAME": "orders",
            "POWERTOOLS_METRICS_NAMESPACE": "bench",
            "HOME": str(self.folder),  # nobody's own AWS settings
            "LANG": "C.UTF-8",
        }

    def calls(self) -> dict[str, int]:
        """Return which calls came in since this was last asked."""
        context = ssl.create_default_context(cafile=str(self.root))
        with urllib.request.urlopen(self.url, context=context, timeout=10) as answer:  # noqa: S310 - our own
            found: dict[str, int] = json.load(answer)
            return found


@contextmanager
def running_endpoint() -> Iterator[Endpoint]:
    """Run the endpoint, and give its address. Raises BenchError."""
    with tempfile.TemporaryDirectory(prefix="bench-aws-") as temporary:
        folder = Path(temporary)
        server, root = write_certificate(folder)
        command = [sys.executable, "-m", "bench.aws.endpoint", str(server)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                port = process.stdout.readline().strip()
                if not port:
                    raise BenchError("The local endpoint did not start; what it said stands above.")
                endpoint = Endpoint(f"https://{ADDRESS}:{port}", root, folder)
                endpoint.request.write_text(json.dumps(request()), encoding="utf-8")
                yield endpoint
            finally:
                process.stdin.close()


def measured(endpoint: Endpoint, one: Contestant, script: str, words: Sequence[str]) -> Mapping[str, Any]:
    """Run a script of this folder in a fresh, bare Python, for one contestant; return what it wrote.

    Raises BenchError.
    """
    target = endpoint.folder / "found.json"
    target.unlink(missing_ok=True)
    command = [str(one.python.absolute()), "-I", "-S", str(HERE / script), str(target), *words]
    done = subprocess.run(
        [*command, *(str(folder.resolve()) for folder in one.folders)],
        env=endpoint.environment(one.roots),
        cwd=endpoint.folder,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode or not target.exists():
        raise BenchError(f"{' '.join(words)} failed:\n{done.stderr[-2000:]}")
    found: Mapping[str, Any] = json.loads(target.read_text(encoding="utf-8"))
    return found
