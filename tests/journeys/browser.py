"""A person with a browser and a mailbox, as far as the desk can tell."""

import re
from collections.abc import Callable, Collection, Mapping
from email import message_from_bytes, policy
from html.parser import HTMLParser
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import parse_qs, urlsplit

import httpx

MAIL_SECONDS = 10.0
Mailbox = Callable[[], Mapping[str, str]]
"""The texts of all messages that have come, each under a name that stays."""


def files_in(folder: Path) -> Mailbox:
    """Return the mailbox that is a folder of messages. One that is still being written has a name with a dot first."""

    def texts() -> dict[str, str]:
        found = {
            path: message_from_bytes(path.read_bytes(), policy=policy.default)
            for path in folder.glob("[!.]*.eml")
        }
        return {path.name: str(message.get_content()) for path, message in found.items()}

    return texts


class Form(HTMLParser):
    """The one form of a page: its fields, and what a screen reader would need."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.labelled: set[str] = set()
        self.action = ""
        self.language = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "input" and "name" in found:
            self.fields[found["name"]] = found.get("value", "")
        elif tag == "label":
            self.labelled.add(found["for"])
        elif tag == "form":
            self.action = found["action"]
        elif tag == "html":
            self.language = found["lang"]


class Browser:
    """Keeps cookies, follows nothing by itself."""

    def __init__(self, url: str, mailbox: Mailbox) -> None:
        self.http = httpx.Client(base_url=url, timeout=30)
        self.mailbox = mailbox

    def send(self, page: httpx.Response, **typed: str) -> httpx.Response:
        """Fill in a page's form and send it."""
        form = Form(page.text)
        return self.http.post(form.action, data=form.fields | typed)

    def sign_up(self, address: str, password: str, way_in: str = "/account/link") -> httpx.Response:
        """Ask for a link, open the message, choose a password; return the last page."""
        already = self.mailbox()
        answer = self.send(self.http.get(way_in), address=address)
        assert answer.status_code == 200, answer.text
        page = self.http.get(self.link_in(self.next_message(already)))
        return self.send(page, password=password)

    def next_message(self, already: Collection[str]) -> str:
        """Return the text of the next message to come."""
        deadline = monotonic() + MAIL_SECONDS
        while monotonic() < deadline:
            for name, text in self.mailbox().items():
                if name not in already:
                    return text
            sleep(0.02)
        raise TimeoutError("no message came")

    @staticmethod
    def link_in(text: str) -> str:
        found = re.search(r"https?://\S+", text)
        assert found is not None, text
        return found[0]


def answer_in(location: str) -> dict[str, str]:
    """Return what a redirect carries back to a client."""
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
