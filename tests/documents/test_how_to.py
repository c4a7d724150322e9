"""The how-tos say what is so: what they name exists, and running a shop goes as its page says, from top to bottom."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from typer.main import get_command

from frontdesk.bootstrap import choose
from frontdesk.entrypoints.cli.main import app
from frontdesk.entrypoints.operations import OPERATIONS
from tests.documents.pages import ROOT, Page, guides, is_shown, pages
from tests.journeys.running import RunningDesk

HOW_TO = ROOT / "docs" / "how-to"
SHOP, CLINIC, CLINICA = (
    Page(HOW_TO / f"{name}.md") for name in ("run-a-shop", "run-a-clinic", "atender-una-clinica")
)
PROGRAM = get_command(app)
SERVICES = (*choose(), OPERATIONS)
SCOPES = {scope for service in SERVICES for scope in service.scopes}
PATHS_OF_THE_SERVER = ("/health", "/metrics", "/docs", "/oauth/", "/account/", "/.well-known/", "/openapi")
ADDRESS = "http://127.0.0.1:8000"
DONE = "=== done"

by_name = pytest.mark.parametrize("page", guides(), ids=lambda page: page.path.name)


def test_commands_are_found_wherever_they_are_typed(tmp_path: Path) -> None:
    page = Page(tmp_path / "page.md")
    page.path.write_text(
        "```sh\nID=$(frontdesk orders list --limit 1 \\\n  --json | grep -o x) && frontdesk check  # deep\n```\n"
        "```\n15 3 * * *  frontdesk backup /mnt/$(date +\\%F) && true\n```\n"
        "```text\nfrontdesk is open\n```\nSee `frontdesk up\n--demo`, not `frontdesk`.\n"
    )

    assert list(page.commands()) == [
        ["orders", "list", "--limit", "1", "--json"],
        ["check"],
        ["backup", "/mnt/2026-03-14"],
    ]
    assert list(page.mentions()) == [["up", "--demo"]]


@by_name
def test_every_command_that_is_typed_can_be_given(page: Page) -> None:
    for words in page.commands():
        command, rest = _command(words)
        command.make_context(words[0], rest)


@by_name
def test_every_command_that_is_named_exists_with_its_options(page: Page) -> None:
    for words in page.mentions():
        command, rest = _command(words)
        options = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in rest if word.startswith("--")} <= options, words


@by_name
def test_every_scope_that_is_asked_for_or_named_is_declared(page: Page) -> None:
    asked = [
        words[words.index("--scope") + 1]
        for words in (*page.commands(), *page.mentions())
        if "--scope" in words[:-1]
    ]
    named = re.findall(r"(?<!\S)([a-z]+:[a-z]+)(?!\S)", "\n".join(page.spans()))

    assert {scope for text in asked for scope in text.split()} <= SCOPES
    assert {scope for scope in named if not scope.startswith("shop:")} <= SCOPES


@by_name
def test_every_event_that_is_named_is_declared(page: Page) -> None:
    events = {event.NAME for service in SERVICES for event in service.events}
    named = {span for span in page.spans() if re.fullmatch(r"[A-Z][a-z]+( [A-Z][a-z]+)+", span)}

    assert named <= events


@by_name
def test_every_route_that_is_named_is_declared(page: Page) -> None:
    declared = {f"{route.method} {_shape(route.path)}" for service in SERVICES for route in service.routes}
    named = [re.fullmatch(r"(GET|POST|PUT|DELETE) …?(/\S*)", span) for span in page.spans()]

    for found in filter(None, named):
        method, path = found[1], _shape(found[2].partition("?")[0])
        known = {it for it in declared if it.startswith(f"{method} ") and it.endswith(path)}
        assert path.startswith(PATHS_OF_THE_SERVER) or known, found[0]


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.path.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Page) -> None:
    for link in page.links():
        place, _, anchor = unquote(link).partition("#")
        if "://" in place or place.startswith("mailto:"):
            continue
        target = page.path.parent / place if place else page.path
        assert target.exists(), link
        if anchor and target.suffix == ".md":
            assert anchor in Page(target).anchors(), link


class Walk:
    """A reader at a terminal: types each block of a page into one shell, and starts desks in others.

    What is printed must be what the page shows, and its translations, which type the same.
    """

    def __init__(self, folder: Path, *pages: Page) -> None:
        self._pages = pages
        self._folder = folder
        self._desks: list[RunningDesk] = []
        self._done: set[str] = set()
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        self._shell = subprocess.Popen(
            ["/bin/bash", "--norc"],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PATH": path, "LC_ALL": "C.UTF-8"},
        )

    def through(self, title: str) -> None:
        """Follow the page to the end of a section, from where we stand."""
        for passed, *sections in zip(
            self._pages[0].sections(), *(page.sections().values() for page in self._pages), strict=True
        ):
            if passed not in self._done:
                self._done.add(passed)
                self._follow(*sections)
            if passed == title:
                return

    def close(self) -> None:
        """Leave the shell and stop the desks."""
        self._shell.kill()  # where a command failed it is over already
        self._shell.communicate()
        for desk in self._desks:
            desk.stop()

    def _follow(self, section: Sequence[tuple[str, str]], *translated: Sequence[tuple[str, str]]) -> None:
        for place, (language, block) in enumerate(section):
            if language == "sh":
                printed = self._type(block)
                for told in (section, *translated):
                    shown = told[place + 1] if place + 1 < len(told) else ("", "")
                    if shown[0] == "text":
                        assert is_shown(printed, shown[1]), f"{block}\nprints\n{printed}\nand not\n{shown[1]}"

    def _type(self, block: str) -> str:
        """Return what a block prints, once its effects have settled."""
        if block.startswith("frontdesk up"):
            self._open(block.split()[2:])
            return ""
        here = block.replace(ADDRESS, self._desks[0].url)
        printed = self._run(f"{{ set -e\n{here}\n}} </dev/null\n")
        for desk in self._desks:
            desk.wait_until_quiet()
        return printed

    def _open(self, words: Sequence[str]) -> None:
        """Start a desk as the page does, on its data but on a free port."""
        options = dict(zip(words[::2], words[1::2], strict=True))
        options.pop("--port", None)
        desk = RunningDesk(self._folder)
        desk.data = self._folder / options.pop("--data", "data")
        self._desks.append(desk.start(*(word for pair in options.items() for word in pair)))

    def _run(self, typed: str) -> str:
        assert self._shell.stdin is not None
        assert self._shell.stdout is not None
        self._shell.stdin.write(f"{typed}echo '{DONE}'\n")
        self._shell.stdin.flush()
        printed: list[str] = []
        for line in self._shell.stdout:
            if line.endswith(f"{DONE}\n"):
                return "".join(printed)
            printed.append(line)
        raise AssertionError(f"a command failed: {typed}\n{''.join(printed)}")


def _walked(folder: Path, *pages: Page) -> Iterator[Walk]:
    walk = Walk(folder, *pages)
    yield walk
    walk.close()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    yield from _walked(tmp_path_factory.mktemp("shop"), SHOP)


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    yield from _walked(tmp_path_factory.mktemp("clinic"), CLINIC, CLINICA)


# One terminal for all sections of a page. Alone, the last section walks the whole page: some forty commands.
@pytest.mark.xdist_group("walk")
@pytest.mark.timeout(240)
@pytest.mark.parametrize("title", SHOP.sections())
def test_running_a_shop_goes_as_its_page_says(shop: Walk, title: str) -> None:
    shop.through(title)


@pytest.mark.xdist_group("clinic walk")
@pytest.mark.timeout(240)
@pytest.mark.parametrize("title", CLINIC.sections())
def test_running_a_clinic_goes_as_its_page_says_in_both_languages(clinic: Walk, title: str) -> None:
    clinic.through(title)


def test_both_languages_type_the_same() -> None:
    typed = [[block for language, block in page.blocks() if language != "text"] for page in (CLINIC, CLINICA)]

    assert typed[0] == typed[1]


def _command(words: Sequence[str]) -> tuple[Any, list[str]]:
    """Return the command that words lead to, and the words that are left for it."""
    found: Any = PROGRAM
    rest = list(words)
    while hasattr(found, "commands"):
        assert rest, f"no command but a group: {words}"
        assert rest[0] in found.commands, f"no such command: {words}"
        found = found.commands[rest.pop(0)]
    return found, rest


def _shape(path: str) -> str:
    """Return a path without the names of its values."""
    return re.sub(r"\{[^}]*\}|…", "{}", path)
