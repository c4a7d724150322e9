"""What an operator is told to set up is what the desk sends, and what Meta takes."""

import re
from pathlib import Path
from typing import Any

import pytest

from frontdesk.adapters.channels.settings import GRAPH_VERSION, read
from frontdesk.config import channels_from_environment
from tests.unit.channels.submitted import as_file, submitted

HOW_TO = Path(__file__).resolve().parents[3] / "docs" / "how-to"
PAGE = (HOW_TO / "messages.md").read_text()
VARIABLE = re.compile(r"\{\{(\d+)\}\}")


def test_the_templates_to_hand_in_are_those_that_are_sent() -> None:
    found = (HOW_TO / "whatsapp-templates.json").read_bytes()
    assert found == as_file(), "write it anew: python -m tests.unit.channels.submitted"


@pytest.mark.parametrize("template", submitted(), ids=lambda found: f"{found['name']}-{found['language']}")
def test_meta_would_take_a_template(template: dict[str, Any]) -> None:
    body, *more = template["components"]
    text = body["text"]
    variables = VARIABLE.findall(text)
    words = VARIABLE.sub("", text).split()
    assert re.fullmatch(r"[a-z0-9_]+", template["name"])
    assert [*dict.fromkeys(variables)] == [str(n) for n in range(1, len(set(variables)) + 1)]
    assert len(body["example"]["body_text"][0]) == len(set(variables))
    assert not re.match(r"\W*\{\{|.*\}\}\W*$", text)  # it neither begins nor ends with one
    assert not re.search(r"\}\}[\s,.;:]*\{\{", text)  # and no two stand side by side
    assert len(words) > 2 * len(variables)
    assert len(text) <= 1024
    for button in (button for component in more for button in component["buttons"]):
        assert len(button["text"]) <= 20


def test_every_setting_on_the_page_is_one_and_the_examples_are_good() -> None:
    blocks = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    said = dict(re.findall(r"^export (FRONTDESK_\w+)='?([^'\n]*)'?$", "\n".join(blocks), re.MULTILINE))
    found = read(channels_from_environment(said))
    assert found.whatsapp is not None
    assert found.email is not None
    assert found.sms is not None
    assert set(found.alerts) == {"slack", "teams"}
    assert GRAPH_VERSION in PAGE
