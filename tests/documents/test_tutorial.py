"""The tutorial, followed to the letter in a copy of the source: what it promises is what happens."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.journeys.running import RunningDesk

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "tutorial.md").read_text()
FOLDER = Path("src/frontdesk/services/tables")
LIST = Path("src/frontdesk/bootstrap.py")
LINES = 100

pytestmark = pytest.mark.xdist_group("tutorial")  # one copy and one desk serve all of them

_FILE = re.compile(r"^\*\*`(src/[\w/]+\.py)`\*\*[^\n]*\n\n```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
_STEP = re.compile(r"^```sh\n(curl.*?)^```\n\n```http\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the source in which the tutorial has been followed."""
    house = tmp_path_factory.mktemp("house")
    shutil.copytree(ROOT / "src", house / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", house)
    written: dict[str, str] = {}
    for path, code in _FILE.findall(TEXT):
        written[path] = f"{written[path]}\n\n{code}" if path in written else code
    (house / FOLDER).mkdir()
    for path, code in written.items():
        (house / path).write_text(code)
    (house / LIST).write_text(_listed((ROOT / LIST).read_text()))
    return house


@pytest.fixture(scope="module")
def desk(house: Path) -> Iterator[RunningDesk]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(house / "src"))
        running = RunningDesk(house).start()
        yield running
        running.stop()


@pytest.fixture(scope="module")
def client(desk: RunningDesk) -> Iterator[httpx.Client]:
    scope = re.search(r'TOKEN=\$\(\.venv/bin/frontdesk token --scope "([^"]+)"\)', TEXT)
    assert scope is not None
    with desk.client(desk.token(scope[1])) as client:
        yield client


def test_the_service_has_no_more_lines_than_the_title_says(house: Path) -> None:
    lines = [
        line for path in (house / FOLDER).iterdir() for line in path.read_text().splitlines() if line.strip()
    ]
    assert f"in {LINES} lines" in TEXT.splitlines()[0]
    assert len(lines) <= LINES


def test_nothing_changes_but_its_folder_and_the_list_of_services(house: Path) -> None:
    before, after = _python(ROOT), _python(house)

    changed = {path for path in before | after if before.get(path) != after.get(path)}
    assert {path for path in changed if FOLDER not in path.parents} == {LIST}
    assert FOLDER / "service.py" in changed
    assert set(after[LIST].splitlines()) - set(before[LIST].splitlines()) == {'    "tables",'}
    assert len(after[LIST].splitlines()) == len(before[LIST].splitlines()) + 1


def test_its_code_satisfies_the_linters(house: Path) -> None:
    for command in (["ruff", "check"], ["ruff", "format", "--check"], ["mypy", "--strict"]):
        done = subprocess.run(
            [sys.executable, "-m", *command, str(FOLDER), str(LIST)],
            cwd=house,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "MYPYPATH": "src", "MYPY_CACHE_DIR": str(house / "cache")},
        )
        assert done.returncode == 0, done.stdout


def test_every_printed_answer_is_the_one_that_comes(client: httpx.Client) -> None:
    steps = _STEP.findall(TEXT)

    assert len(steps) == len(re.findall(r"^curl ", TEXT, re.MULTILINE)) == 5
    for command, printed in steps:
        head, _, body = printed.partition("\n\n")
        status, *headers = head.splitlines()
        answer = _send_until(client, command, json.loads(body))
        assert f"HTTP/1.1 {answer.status_code} {answer.reason_phrase}" == status
        for header in headers:
            name, _, value = header.partition(": ")
            assert answer.headers[name] == value
        assert _matches(answer.json(), json.loads(body)), answer.text


def test_of_many_guests_who_ask_at_once_one_gets_the_table(client: httpx.Client) -> None:
    body = {"evening": "2026-12-31", "table": 1, "guests": 2, "name": "Dora"}

    with ThreadPoolExecutor(10) as guests:
        answers = list(guests.map(lambda _: client.post("/bookings", json=body), range(10)))

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9


def test_the_kitchen_counts_every_party_once(client: httpx.Client) -> None:
    for table in range(1, 21):
        body = {"evening": "2027-01-01", "table": table, "guests": 3, "name": "Emil"}
        assert client.post("/bookings", json=body).status_code == 201

    deadline = time.monotonic() + 5
    while (found := client.get("/evenings/2027-01-01").json()).get("guests", 0) < 60:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert found["guests"] == 60
    assert [it["booking"]["table"] for it in found["bookings"]] == list(range(1, 21))


def test_the_docs_and_the_manifest_show_the_service(house: Path, client: httpx.Client) -> None:
    shown = re.search(r"<http://127\.0\.0\.1:8000(/docs\S*)>", TEXT)
    assert shown is not None
    reference = client.get(shown[1]).text
    made = subprocess.run(
        [sys.executable, "-m", "frontdesk", "manifest", "--services", "tables", "--json"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(house / "src")},
    )

    assert "/bookings" in reference
    assert "table_taken" in reference
    service = json.loads(made.stdout)["services"][0]
    assert [it["path"] for it in service["routes"]] == ["/bookings", "/evenings/{evening}"]
    assert [it["name"] for it in service["subscribers"]] == ["tables-kitchen"]


def _listed(source: str) -> str:
    """Apply the tutorial's diff to the list of services. Every line that it shows must be there."""
    shown = re.search(r"^```diff\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    assert shown is not None
    for part in shown[1].split("\n\n"):
        lines = [line for line in part.splitlines() if line]
        before = "\n".join(line[1:] for line in lines if line[0] in " -")
        after = "\n".join(line[1:] for line in lines if line[0] in " +")
        assert source.count(f"{before}\n") == 1, f"no such lines in {LIST}: {before}"
        source = source.replace(f"{before}\n", f"{after}\n")
    return source


def _python(root: Path) -> dict[Path, str]:
    return {path.relative_to(root): path.read_text() for path in (root / "src").rglob("*.py")}


def _send_until(client: httpx.Client, command: str, expected: Any) -> httpx.Response:
    """Send what a curl command would. A reaction may take a moment, so reading is repeated until it is as expected."""
    words = shlex.split(command.replace("\\\n", " "))
    assert words[:2] == ["curl", "-i"]
    path = words[2].removeprefix("http://127.0.0.1:8000")
    options = list(zip(words[3::2], words[4::2], strict=True))
    headers = dict(value.split(": ", 1) for option, value in options if option == "-H")
    assert headers.pop("Authorization") == "Bearer $TOKEN"
    bodies = [value for option, value in options if option == "-d"]
    if bodies:
        return client.post(path, content=bodies[0], headers=headers)
    deadline = time.monotonic() + 5
    while not _matches((answer := client.get(path, headers=headers)).json(), expected):
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.02)
    return answer


def _matches(found: Any, expected: Any) -> bool:
    """Return whether JSON is as printed, where `…` stands for the rest of a text. No list here promises an order."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return found.keys() == expected.keys() and all(_matches(found[key], expected[key]) for key in found)
    if isinstance(expected, list) and isinstance(found, list):
        return len(found) == len(expected) and all(any(_matches(it, one) for it in found) for one in expected)
    if isinstance(expected, str) and expected.endswith("…"):
        return isinstance(found, str) and found.startswith(expected[:-1])
    return bool(found == expected)
