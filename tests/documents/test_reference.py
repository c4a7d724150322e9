"""The reference in docs/reference is what the code declares today, and leads nowhere that is not there."""

import re
from pathlib import Path

import pytest

from frontdesk.entrypoints.cli.reference import files
from frontdesk.entrypoints.reference.blocks import slug

FOLDER = Path(__file__).parents[2] / "docs" / "reference"
NAMES = {"api.md", "command-line.md", "errors.md", "events.md", "metrics.md", "states.md"}


@pytest.mark.parametrize("name", sorted(NAMES))
def test_the_committed_file_is_up_to_date(name: str) -> None:
    assert (FOLDER / name).read_text() == files()[name], (
        "run: .venv/bin/frontdesk reference --out docs/reference"
    )


def test_there_is_no_file_that_nobody_makes() -> None:
    assert set(files()) == NAMES
    assert {path.name for path in FOLDER.iterdir()} == NAMES


def test_every_link_leads_to_a_heading() -> None:
    texts = files()
    headings = {
        f"{name}#{slug(heading.replace('`', ''))}"
        for name, text in texts.items()
        for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    }
    links = {
        target if not target.startswith("#") else f"{name}{target}"
        for name, text in texts.items()
        for target in re.findall(r"\]\(([^)\s]+)\)", text)
    }

    assert links - headings == set()


def test_no_two_headings_of_a_page_have_one_anchor() -> None:
    twice = [
        (name, heading)
        for name, text in files().items()
        for headings in [[slug(found) for found in re.findall(r"^#+ (.+)$", text, re.MULTILINE)]]
        for heading in set(headings)
        if headings.count(heading) > 1
    ]

    assert twice == []
