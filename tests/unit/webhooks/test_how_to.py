"""What partners are told to write does what it says."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from frontdesk.services.webhooks.signing import headers_of, secret_of

HOW_TO = Path(__file__).resolve().parents[3] / "docs" / "how-to" / "webhooks.md"
SECRET, OTHER = secret_of(bytes(32)), secret_of(bytes(31) + b"1")
BODY = b'{"type":"order.created"}'


@pytest.fixture(scope="module")
def is_genuine() -> Callable[..., bool]:
    (code,) = re.findall(r"```python\n(.*?)```", HOW_TO.read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - the document's own code is what is tested
    found: Callable[..., bool] = names["is_genuine"]
    return found


def test_what_was_sent_is_genuine_with_either_secret(is_genuine: Callable[..., bool]) -> None:
    headers = headers_of("msg_1", datetime.now(UTC), BODY, [SECRET, OTHER])
    assert is_genuine(headers, BODY, SECRET)
    assert is_genuine(headers, BODY, OTHER)


@pytest.mark.parametrize("late", [timedelta(minutes=6), timedelta(minutes=-6)])
def test_what_is_old_or_forged_is_not(is_genuine: Callable[..., bool], late: timedelta) -> None:
    fresh = headers_of("msg_1", datetime.now(UTC), BODY, [SECRET])
    assert not is_genuine(fresh, BODY + b" ", SECRET)
    assert not is_genuine(fresh, BODY, OTHER)
    assert not is_genuine({**fresh, "webhook-id": "msg_2"}, BODY, SECRET)
    assert not is_genuine({**fresh, "webhook-timestamp": "soon"}, BODY, SECRET)
    assert not is_genuine(headers_of("msg_1", datetime.now(UTC) + late, BODY, [SECRET]), BODY, SECRET)
