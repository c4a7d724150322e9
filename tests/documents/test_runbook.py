"""Every alarm leads to a section that says what to do, and every section about one has its alarm."""

import re
from fnmatch import fnmatch

from frontdesk.bootstrap import choose
from frontdesk.entrypoints.operations import OPERATIONS
from frontdesk.manifest.author import manifest
from tests.documents.pages import ROOT, Page

PAGE = Page(ROOT / "docs" / "runbook.md")
DEPLOYMENT = manifest(choose(), OPERATIONS).deployment
ALARMS = [(alarm.name, alarm.anchor, alarm.text) for alarm in DEPLOYMENT.alarms]
BUDGET = DEPLOYMENT.budget
RINGING = [*ALARMS, (BUDGET.name, BUDGET.anchor, BUDGET.text)]
ROWS = re.findall(r"^\| `([\w*-]+)` \| (.+?) \| \[.+?\]\(#([\w-]+)\) \|$", PAGE.text, re.MULTILINE)


def test_every_alarm_leads_to_a_section() -> None:
    assert {anchor for _, anchor, _ in RINGING} <= PAGE.anchors()


def test_every_alarm_stands_in_the_table_once_with_its_own_words_and_section() -> None:
    for name, anchor, text in RINGING:
        assert [(words, leads) for pattern, words, leads in ROWS if fnmatch(name, pattern)] == [
            (text, anchor)
        ]


def test_every_row_of_the_table_is_of_an_alarm() -> None:
    assert ROWS
    assert [
        pattern for pattern, _, _ in ROWS if not any(fnmatch(name, pattern) for name, _, _ in RINGING)
    ] == []


def test_every_section_after_the_table_is_of_an_alarm() -> None:
    after = PAGE.text[PAGE.text.index("## Alarms of a stage on AWS") :]
    sections = {title.lower().replace(" ", "-") for title in re.findall(r"^## (.+)$", after, re.MULTILINE)}

    assert sections - {"alarms-of-a-stage-on-aws"} <= {anchor for _, anchor, _ in RINGING}
