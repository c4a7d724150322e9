"""The code of the page on signing in, run against a real desk: what partners copy works."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from frontdesk.adapters.tokens import keys
from frontdesk.services.identity import admissions, logins
from tests.documents.pages import ROOT, Page, is_shown
from tests.journeys.browser import Browser, answer_in, files_in
from tests.journeys.running import RunningDesk

PAGE = Page(ROOT / "docs" / "how-to" / "sign-in.md")
BACK = "https://shop.example/back"
PASSWORD = "correct horse battery"

pytestmark = pytest.mark.xdist_group("sign in")  # one desk serves all of them


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    running = RunningDesk(tmp_path_factory.mktemp("sign-in"), "--demo").start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def code() -> dict[str, Any]:
    """Return what the page's Python defines."""
    defined: dict[str, Any] = {}
    for language, block in PAGE.blocks():
        if language == "python":
            exec(block, defined)  # noqa: S102 - our own page
    return defined


def typed(desk: RunningDesk, beginning: str, **variables: str) -> str:
    """Type the one command of the page that begins so, and return what it prints."""
    (command,) = [
        block for language, block in PAGE.blocks() if language == "sh" and block.startswith(beginning)
    ]
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    given = {**os.environ, "PATH": path, "DESK": desk.url, **variables}
    done = subprocess.run(
        ["/bin/bash", "-c", command],
        cwd=desk.data.parent,
        env=given,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def registered(desk: RunningDesk, name: str) -> dict[str, str]:
    printed = typed(desk, f'frontdesk clients create "{name}"')
    return dict(re.findall(r"^(client|secret)\s+(\S+)$", printed, re.MULTILINE))


def shown_after(beginning: str) -> str:
    blocks = PAGE.blocks()
    (place,) = [place for place, (_, block) in enumerate(blocks) if block.startswith(beginning)]
    return blocks[place + 1][1]


def test_a_partner_gets_a_token_with_curl_and_with_python(desk: RunningDesk, code: dict[str, Any]) -> None:
    partner = registered(desk, "Partner")
    printed = typed(desk, "curl", CLIENT=partner["client"], SECRET=partner["secret"])
    token = code["token"](desk.url, partner["client"], partner["secret"])
    found = httpx.get(
        f"{desk.url}/orders?shop_id=corner-snacks", headers={"authorization": f"Bearer {token}"}
    )

    assert is_shown(printed, shown_after("curl"))
    assert found.status_code == 200
    claims = code["checked"](desk.url, token)
    assert claims["sub"] == partner["client"]
    assert claims["grants"] == {"shop:corner-snacks": "staff"}


def test_a_person_comes_back_with_a_code_and_stays_signed_in(desk: RunningDesk, code: dict[str, Any]) -> None:
    client = registered(desk, "Web shop")["client"]
    browser = Browser(desk.url, files_in(desk.data / "outbox"))
    browser.sign_up("ana@example.com", PASSWORD)
    where = code["way_in"](desk.url, client, BACK, code["verifier"], code["state"])
    back = browser.send(browser.http.get(where), address="ana@example.com", password=PASSWORD)
    browser.http.close()
    answer = answer_in(back.headers["location"])

    assert (answer["state"], answer["iss"]) == (code["state"], "frontdesk")
    first = code["first_tokens"](desk.url, client, BACK, code["verifier"], answer["code"])
    newest = code["next_tokens"](desk.url, client, first["refresh_token"])
    assert (
        code["checked"](desk.url, newest["access_token"])["scope"]
        == "catalogue:read orders:read orders:write"
    )
    gone = httpx.post(
        f"{desk.url}/oauth/revoke", data={"token": newest["refresh_token"], "client_id": client}
    )
    assert gone.status_code == 200
    with pytest.raises(httpx.HTTPStatusError):
        code["next_tokens"](desk.url, client, newest["refresh_token"])


def test_a_new_key_is_published_before_it_signs(desk: RunningDesk) -> None:
    assert is_shown(typed(desk, "frontdesk keys rotate"), shown_after("frontdesk keys rotate"))


def test_every_life_on_the_page_is_the_one_in_force() -> None:
    assert timedelta(hours=1) == admissions.MACHINE_TOKEN_LIVES  # "for its hour"
    assert timedelta(minutes=10) == admissions.PERSON_TOKEN_LIVES
    assert timedelta(minutes=1) == logins.CODE_LIVES
    assert timedelta(seconds=10) == logins.REPEAT_WITHIN
    assert timedelta(days=30) == logins.IDLE_AT_MOST
    assert timedelta(days=90) == logins.LIVES_AT_MOST
    assert timedelta(hours=2) == keys.PUBLISHED_BEFORE
    assert timedelta(days=30) == keys.LONGEST_TOKEN  # that an old key is trusted
