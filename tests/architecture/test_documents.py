"""The documents say what is so: every `make` target they name exists, and every link leads somewhere."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.sources import ROOT, name_of

NOT_OURS = {"node_modules", "build", "dist"}
FENCED = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
IN_TICKS = re.compile(r"`make ([a-z][a-z-]*)")
AT_A_PROMPT = re.compile(r"^(?:\$ )?make ([a-z][a-z-]*)", re.MULTILINE)
LINK = re.compile(r"\]\(<?([^)\s>]+)>?[^)]*\)")
DEFINED = re.compile(r"^\[[^\]]+\]:\s*(\S+)", re.MULTILINE)
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:")


def documents() -> Iterator[Path]:
    """Give every Markdown file of the checkout."""
    for path in sorted(ROOT.rglob("*.md")):
        parts = path.relative_to(ROOT).parts
        if not any(part.startswith(".") or part in NOT_OURS for part in parts):
            yield path


def targets_named(text: str) -> set[str]:
    """Return the make targets that a document tells its reader to use."""
    blocks = "\n".join(block.group() for block in FENCED.finditer(text))
    return {*IN_TICKS.findall(text), *AT_A_PROMPT.findall(blocks)}


def links(text: str) -> set[str]:
    """Return the files that a document links to, relative to itself."""
    prose = FENCED.sub("", text)
    found = {link.partition("#")[0] for link in (*LINK.findall(prose), *DEFINED.findall(prose))}
    return {link for link in found if link and not ELSEWHERE.match(link)}


def test_every_make_target_in_a_document_exists() -> None:
    known = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    missing = [
        f"{name_of(path)}: make {target}"
        for path in documents()
        for target in sorted(targets_named(path.read_text()) - known)
    ]

    assert missing == []


def test_every_relative_link_resolves() -> None:
    broken = [
        f"{name_of(path)}: {link}"
        for path in documents()
        for link in sorted(links(path.read_text()))
        if not (path.parent / link).exists()
    ]

    assert broken == []


def test_targets_are_found_in_prose_and_at_a_prompt_only() -> None:
    text = "Run `make test`, and make sure.\n\n```sh\nmake up PYTHON=python3.13\n$ make lint\n```\n"

    assert targets_named(text) == {"test", "up", "lint"}


def test_links_are_found_unless_they_lead_out_of_the_checkout() -> None:
    text = "[a](docs/a.md#top) [b](https://example.com) [c](#here) ![d](d.png 'D')\n\n[e]: e.md\n"

    assert links(text) == {"docs/a.md", "d.png", "e.md"}


def test_there_are_documents_to_read() -> None:
    assert "CONTRIBUTING.md" in {name_of(path) for path in documents()}
