"""A stand-in of the WhatsApp Cloud API on this machine, and of the people on its other end.

It takes what the desk sends and remembers it, refuses what Meta would refuse, and fails when it is told to. As a person
it answers: by signed webhooks to the desk, repeated until the desk says 200, as Meta does.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec

from tests.whatsapp import posts, rules
from tests.whatsapp.failing import Failing, answer
from tests.whatsapp.sent import Sent

PHONE_ID = "106540352242922"
TOKEN = "EAAJB-token-of-the-stand-in"
SECRET = "app-secret-of-the-stand-in"
VERIFY = "verify-token-of-the-stand-in"
POSTED_AGAIN = 5  # times, until the desk takes a webhook; Meta goes on for days


@dataclass
class WhatsAppCloud:
    """The API. `templates` are the approved ones, with how many parameters each has; None approves of all.

    `hook` is where it posts to, once it is set. With `keeps_window`, free text goes only to whoever has written.
    """

    url: str = ""
    hook: str = ""
    templates: Mapping[tuple[str, str], int] | None = None
    keeps_window: bool = False
    sent: list[Sent] = field(default_factory=list)
    _failing: deque[Failing] = field(default_factory=deque)
    _wrote: set[str] = field(default_factory=set)
    _ids: Iterator[int] = field(default_factory=lambda: count(1))
    _news: threading.Condition = field(default_factory=threading.Condition)

    def settings(self) -> dict[str, str]:
        """Return what a desk has to be told, without the prefix FRONTDESK_."""
        return {
            "WHATSAPP_URL": self.url,
            "WHATSAPP_PHONE_ID": PHONE_ID,
            "WHATSAPP_TOKEN": TOKEN,
            "WHATSAPP_APP_SECRET": SECRET,
            "WHATSAPP_VERIFY_TOKEN": VERIFY,
        }

    def fail(self, *ways: Failing) -> None:
        """Answer the next requests so, one after the other."""
        self._failing.extend(ways)

    def wait(
        self, wanted: Callable[[Sent], bool] = lambda _: True, *, n: int = 1, seconds: float = 10.0
    ) -> Sent:
        """Return the n-th message that is wanted, as soon as it is there. Raises AssertionError."""
        with self._news:
            if not self._news.wait_for(lambda: len([s for s in self.sent if wanted(s)]) >= n, seconds):
                raise AssertionError(f"not sent within {seconds} s; there are {[s.body for s in self.sent]}")
            return [sent for sent in self.sent if wanted(sent)][n - 1]

    def person(self, number: str) -> "Person":
        """Return somebody with WhatsApp, by number ("+525512345678")."""
        return Person(self, rules.wa_id(number.removeprefix("+")))

    def subscribe(self, hook: str) -> None:
        """Have an address proved, as Meta does before it posts there. Raises AssertionError."""
        asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": VERIFY}
        status, content = _request("GET", f"{hook}?{urlencode(asked)}", b"", {})
        assert (status, content) == (200, b"1158201444"), (status, content)
        self.hook = hook

    def report(self, sent: Sent, state: str, code: int = 0) -> int:
        """Tell the desk how far a message has come: "sent", "delivered", "read", or "failed" with a code."""
        more = posts.failed_with(code) if code else {}
        told = posts.status(
            sent.id, sent.to, int(time.time()), state, biz_opaque_callback_data=sent.ours, **more
        )
        return self.post(posts.post(PHONE_ID, statuses=[told]))

    def post(self, content: bytes, secret: str = SECRET, *, tries: int = POSTED_AGAIN) -> int:
        """Post to the desk, again until it says 200. Returns the last status."""
        status = 0
        for pause in range(tries):
            time.sleep(pause * 0.1)
            status, _ = _request("POST", self.hook, content, posts.signed(content, secret))
            if status == 200:
                break
        return status

    def new_id(self) -> str:
        """Return an id for a message, as long and odd as they are."""
        return f"wamid.HBgLNTIxNTUxMjM0NTY3OBUCABIYFDNBQ{next(self._ids):08d}A=="

    def wrote(self, sender: str) -> None:
        """Note that somebody has written: free text may go there for a day."""
        self._wrote.add(sender)

    def take(self, message: dict[str, Any]) -> Sent:
        """Take a good message, and tell later if it does not arrive."""
        sent = Sent(self.new_id(), rules.wa_id(message["to"]), message)
        with self._news:
            self.sent.append(sent)
            self._news.notify_all()
        if self.keeps_window and not sent.template and sent.to not in self._wrote:
            threading.Thread(target=self.report, args=(sent, "failed", 131047), daemon=True).start()
        return sent

    def next_failing(self) -> Failing | None:
        """Return how the next request is to fail, if it is."""
        return self._failing.popleft() if self._failing else None


@dataclass(frozen=True)
class Person:
    """Somebody who has WhatsApp. What they do returns what the desk said to the webhook."""

    cloud: WhatsAppCloud
    wa_id: str

    def write(self, text: str, *, to: Sent | None = None) -> int:
        """Write a text, perhaps as a reply to a message."""
        return self.send("text", {"body": text}, context=to.id if to else "")

    def press(self, sent: Sent, title: str, *, again: int = 0) -> int:
        """Press a button of a message; in a template by its place. `again`: the webhook comes so many times more."""
        payload = sent.buttons[title]
        if sent.template:
            return self.send("button", {"payload": payload, "text": title}, context=sent.id, again=again)
        kind = "button_reply" if sent.body["interactive"]["type"] == "button" else "list_reply"
        said = {"type": kind, kind: {"id": payload, "title": title}}
        return self.send("interactive", said, context=sent.id, again=again)

    def react(self, sent: Sent, emoji: str) -> int:
        """Put an emoji on a message."""
        return self.send("reaction", {"message_id": sent.id, "emoji": emoji})

    def speak(self) -> int:
        """Send a voice message."""
        return self.send("audio", {"id": "1234567890987654321", "mime_type": "audio/ogg", "voice": True})

    def send(self, kind: str, said: Any, *, context: str = "", again: int = 0) -> int:
        """Send anything."""
        self.cloud.wrote(self.wa_id)
        told = posts.message(
            self.cloud.new_id(), self.wa_id, int(time.time()), {"type": kind, kind: said}, context
        )
        content = posts.post(PHONE_ID, contacts=[posts.contact(self.wa_id)], messages=[told])
        return [self.cloud.post(content) for _ in range(again + 1)][-1]


class _Handler(BaseHTTPRequestHandler):
    cloud: WhatsAppCloud
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Judge a message as Meta does."""
        content = self.rfile.read(int(self.headers["content-length"]))
        taken: list[Sent] = []
        message = msgspec.json.decode(content)
        if (failing := self.cloud.next_failing()) is not None:
            failing(self, lambda: taken.append(self.cloud.take(message)))
            return
        status, code = self._refusal(message)
        if code:
            answer(self, status, {"error": rules.error(code)})
            return
        sent = self.cloud.take(message)
        contacts = [{"input": message["to"], "wa_id": sent.to}]
        found = [{"id": sent.id, "message_status": "accepted"}]
        answer(self, 200, {"messaging_product": "whatsapp", "contacts": contacts, "messages": found})

    def _refusal(self, message: dict[str, Any]) -> tuple[int, int]:
        version, _, rest = self.path.removeprefix("/").partition("/")
        if self.headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, 190
        if not version.startswith("v") or rest != f"{PHONE_ID}/messages":
            return 400, 100
        return 400, rules.fault(message, self.cloud.templates)

    def log_message(self, *_: Any) -> None:
        """Say nothing: the tests have their own eyes."""


@contextmanager
def whatsapp_cloud(**wishes: Any) -> Iterator[WhatsAppCloud]:
    """Listen on a free port of this machine. `wishes` are fields of `WhatsAppCloud`."""
    cloud = WhatsAppCloud(**wishes)

    handler = type("Handler", (_Handler,), {"cloud": cloud})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    cloud.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield cloud
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _request(method: str, url: str, content: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    try:
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.request(method, target, content or None, dict(headers))
        answered = connection.getresponse()
        return answered.status, answered.read()
    except OSError:
        return 0, b""
    finally:
        connection.close()
