"""The reference in docs/reference is what the code declares today, and leads nowhere that is not there."""

import re
from pathlib import Path

import pytest

from frontdesk.entrypoints.cli.reference import files
from frontdesk.entrypoints.metrics import METRICS
from frontdesk.entrypoints.reference.blocks import slug

DOCS = Path(__file__).parents[2] / "docs"
FOLDER = DOCS / "reference"
OF_A_HISTOGRAM = ("_bucket", "_sum", "_count")
NAMES = {
    "api.md",
    "command-line.md",
    "deployment.md",
    "errors.md",
    "events.md",
    "manifest.schema.json",
    "metrics.md",
    "states.md",
}


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


@pytest.mark.parametrize("name", ["how-to/watch-a-desk.md", "runbook.md"])
def test_every_metric_that_a_document_names_is_declared(name: str) -> None:
    declared = {metric.name for metric in METRICS}
    declared |= {
        f"{metric.name}{part}" for metric in METRICS if metric.type == "histogram" for part in OF_A_HISTOGRAM
    }
    named = set(re.findall(r"\b(?:frontdesk|process)_[a-z_]*[a-z]\b(?!\()", (DOCS / name).read_text()))

    assert named
    assert named - declared == set()
