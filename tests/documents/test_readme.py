"""The README and the glossary say what is so: what they name exists, and the curl that `make up` prints works."""

import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from xml.etree import ElementTree as ET

import httpx
import pytest

from frontdesk.bootstrap import choose
from frontdesk.entrypoints.openapi import refusals
from frontdesk.kernel import limits
from frontdesk.services.accounting.model import Account, Occasion
from frontdesk.services.inventory.shelves import Level
from frontdesk.services.orders.commands import MAX_LINES, Status

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text()
PICTURE = ROOT / "docs" / "life-of-a-request.svg"


@pytest.fixture
def welcome(tmp_path: Path) -> Iterator[str]:
    """Return what a desk with the demo shop prints when it has opened."""
    command = [sys.executable, "-u", "-m", "frontdesk", "up", "--demo", "--port", "0"]
    with subprocess.Popen(
        [*command, "--data", str(tmp_path / "data")],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as desk:
        assert desk.stdout is not None
        lines = []
        for line in desk.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                break
        yield "".join(lines)
        desk.terminate()


def test_the_printed_curl_places_an_order_that_is_processed_within_a_second(welcome: str) -> None:
    printed = welcome[welcome.index("curl -i ") :].partition("\n\n")[0]
    _, _, url, *rest = shlex.split(printed.replace("\\\n", " "))
    options = list(zip(rest[::2], rest[1::2], strict=True))
    headers = dict(value.split(": ", 1) for option, value in options if option == "-H")
    (body,) = [value for option, value in options if option == "-d"]

    placed = httpx.post(url, headers=headers, content=body)
    time.sleep(1)
    found = httpx.get(str(placed.url.join(placed.headers["location"])), headers=headers)

    assert placed.status_code == 201
    assert placed.json()["status"] == "NEW"
    assert found.json()["status"] == "PROCESSED"


def test_the_welcome_says_where_the_documentation_is(welcome: str) -> None:
    found = re.search(r"Documentation: (\S+)", welcome)

    assert found is not None
    assert httpx.get(found[1]).status_code == 200


def test_every_operation_in_the_readme_is_declared() -> None:
    declared = {f"{route.method} {route.path}" for service in choose() for route in service.routes}
    named = set(re.findall(r"`((?:GET|POST|PUT|DELETE) [^`]+)`", README))

    assert named
    assert named <= declared


def test_every_event_and_subscriber_in_the_readme_is_declared() -> None:
    events = {event.NAME for service in choose() for event in service.events}
    subscribers = {reaction.subscriber for service in choose() for reaction in service.reactions}
    named = set(re.findall(r"`([A-Z][a-z]+ [A-Z][a-z]+)`", README))

    assert named
    assert named <= events
    assert {"orders-processor"} <= set(re.findall(r"`([a-z]+-[a-z-]+)`", README)) <= subscribers


def test_every_refusal_in_the_readme_has_that_status() -> None:
    known = {
        error.code: error.status
        for service in choose()
        for route in service.routes
        for error in refusals(route)
    }
    named = re.findall(r"(\d{3})\s`([a-z_]+)`", README)

    assert {code for _, code in named} == {"price_changed", "key_reused", "stale", "illegal_transition"}
    assert all(known[code] == int(status) for status, code in named)


def test_every_bound_in_the_readme_is_the_one_in_force() -> None:
    bounds = README[README.index("**Bounds.**") :].partition("\n\n")[0]

    assert re.findall(r"\d+", bounds) == [
        str(limits.BODY_BYTES // 1024),
        str(MAX_LINES),
        str(limits.COMMIT_ACTIONS),
        str(limits.COMMIT_BYTES // 1024),
    ]
    assert limits.TRIES == 8  # "failed eight times"


def test_every_path_in_the_readme_exists() -> None:
    tree = README[README.index("src/frontdesk/\n") :].partition("```")[0]
    above: list[str] = []
    for line in tree.splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        above = [*above[:depth], line.split()[0]]
        assert (ROOT / Path(*above)).exists(), line


def test_the_picture_stands_alone_and_can_be_read_in_the_dark() -> None:
    picture = PICTURE.read_text()

    assert f"]({PICTURE.relative_to(ROOT)})" in README
    assert ET.fromstring(picture).tag.endswith("svg")  # noqa: S314 - our own file
    assert "prefers-color-scheme: dark" in picture
    assert "href" not in picture


def test_every_place_in_the_glossary_exists_and_every_word_stands_once() -> None:
    rows = re.findall(r"^\| (\*\*.*?\*\*.*?) \| .* \| (.*) \|$", GLOSSARY, re.MULTILINE)
    words = [word for row, _ in rows for word in re.findall(r"\*\*.+?\*\*(?: \([^)]*\))?", row)]
    places = {place for _, cell in rows for place in re.findall(r"`([^`]+)`", cell)}

    assert len(words) == len(set(words)) > 60
    assert [place for place in places if not list((ROOT / "src" / "frontdesk").glob(place))] == []


@pytest.mark.parametrize(
    ("word", "kinds"), [("status", Status), ("account", Account), ("occasion", Occasion), ("level", Level)]
)
def test_what_the_glossary_lists_is_all_there_is(word: str, kinds: type[StrEnum]) -> None:
    row = re.search(rf"^\| \*\*{word}\*\*(?: \(of the books\))? \|(.*)\|.*\|$", GLOSSARY, re.MULTILINE)

    assert row is not None
    assert re.findall(r"`([^`]+)`", row[1]) == [kind.value for kind in kinds]
