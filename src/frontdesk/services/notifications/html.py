"""HTML that escapes whatever it is given: a page can only be made of elements, and text in them is text."""

from base64 import b64encode
from hashlib import sha256
from html import escape

from frontdesk.kernel.http import Document

MEDIA = "text/html; charset=utf-8"
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;"
    "background:#fff}article{border:1px solid #d0d7de;border-radius:6px;padding:.75rem 1rem;margin:1rem 0}"
    "pre{white-space:pre-wrap;font:inherit;margin:.5rem 0}small{color:#57606a}"
    "button,kbd{font:inherit;border:1px solid #0b57d0;border-radius:6px;padding:.2rem .6rem;margin-right:.5rem;"
    "background:#fff;color:#0b57d0}"
)
_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "content-security-policy": (
        f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'self'; frame-ancestors 'none'; "
        "base-uri 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "x-robots-tag": "noindex",
}


class Html(str):
    """Text that is HTML already. Made by `element` alone."""

    __slots__ = ()


def element(name: str, *children: str, **attributes: str) -> Html:
    """Return an element. What is not Html is escaped, attributes always are."""
    named = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
    inside = "".join(child if isinstance(child, Html) else escape(child) for child in children)
    return Html(f"<{name}{named}>{inside}</{name}>")


def page(title: str, *children: Html) -> Document:
    """Return a finished page."""
    text = (
        '<!doctype html><html lang="es"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"{element('title', title)}<style>{_STYLE}</style>{element('main', element('h1', title), *children)}"
    )
    return Document(text.encode(), MEDIA, 200, _HEADERS)
