"""Logs: one line of JSON each, and nothing personal that an error might carry."""

import json
import logging
import sys
from typing import Any

import pytest

from frontdesk.adapters.aws.errors import AwsError
from frontdesk.entrypoints.logs import JsonLines, start_logging

SECRET = "ana@example.org"


def raise_for(text: str) -> None:
    """Raise an error that quotes a text."""
    raise KeyError(text)


def fail() -> None:
    """Raise an error that quotes what a customer sent, because of another that does."""
    try:
        raise_for(SECRET)
    except KeyError as cause:
        raise ValueError(f"{SECRET} lives in Lindenstr. 7") from cause


def line(message: str = "refused", *, broken: bool = False, **extra: Any) -> dict[str, Any]:
    """Return what a log record becomes."""
    found = None
    if broken:
        try:
            fail()
        except ValueError:
            found = sys.exc_info()
    record = logging.getLogger("frontdesk.test").makeRecord(
        "frontdesk.test", logging.WARNING, __file__, 1, message, (), found, extra=extra
    )
    text = JsonLines().format(record)
    assert "\n" not in text
    decoded: dict[str, Any] = json.loads(text)
    return decoded


def test_a_line_says_when_how_bad_who_and_what() -> None:
    found = line(correlation_id="req_1", code="not_found")
    assert {name: found[name] for name in ("level", "logger", "message")} == {
        "level": "warning",
        "logger": "frontdesk.test",
        "message": "refused",
    }
    assert (found["correlation_id"], found["code"]) == ("req_1", "not_found")
    assert found["at"].endswith("Z")
    assert sorted(found) == ["at", "code", "correlation_id", "level", "logger", "message"]


def test_an_error_is_its_class_and_its_frames_and_never_its_text() -> None:
    found = line(broken=True)
    assert found["error"] == "ValueError"
    assert any("test_logs.py" in frame and frame.endswith(" fail") for frame in found["frames"])
    assert SECRET not in json.dumps(found)
    assert "Lindenstr" not in json.dumps(found)


def test_a_message_with_a_line_break_stays_one_line() -> None:
    assert line("one\ntwo")["message"] == "one\ntwo"


def test_what_json_does_not_know_is_written_as_text() -> None:
    assert line(place=ValueError)["place"] == "<class 'ValueError'>"


def test_every_logger_writes_json_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        start_logging("warning")
        logging.getLogger("somewhere.else").warning("hello")
        logging.getLogger("somewhere.else").info("not this")
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    out, err = capsys.readouterr()
    assert out == ""
    assert [json.loads(text)["message"] for text in err.splitlines()] == ["hello"]


def test_an_error_with_a_code_says_it() -> None:
    error = AwsError("AccessDeniedException", SECRET, 400, {})
    record = logging.getLogger("frontdesk.test").makeRecord(
        "frontdesk.test", logging.ERROR, __file__, 1, "broken", (), (AwsError, error, None)
    )
    text = JsonLines().format(record)
    assert json.loads(text)["error_code"] == "AccessDeniedException"
    assert SECRET not in text
