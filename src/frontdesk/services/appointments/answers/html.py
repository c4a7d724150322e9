"""The HTML of the pages behind links: no script, no image, nothing from elsewhere, nothing that a cache may keep."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from hashlib import sha256
from html import escape

from frontdesk.kernel.errors import Malformed
from frontdesk.kernel.http import Document

_STYLE = """
body{font:18px/1.5 system-ui,sans-serif;max-width:28rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}
button,.b,summary{display:block;width:100%;box-sizing:border-box;font:inherit;padding:.7rem;margin:.5rem 0;
border:1px solid #0b57d0;border-radius:6px;background:#fff;color:#0b57d0;text-align:center;text-decoration:none;
cursor:pointer}
.main button{background:#0b57d0;color:#fff}fieldset{border:0;padding:0;margin:0 0 1rem}legend{font-weight:600}
label{display:inline-block;margin:.25rem .5rem .25rem 0;padding:.3rem .5rem;border:1px solid #6b7280;border-radius:6px}
:focus-visible{outline:3px solid #f59e0b;outline-offset:2px}a{color:#0b57d0}
[role=status]{border-left:4px solid #0b57d0;padding:.5rem .75rem;background:#eef4ff;color:#102a5c}
@media(prefers-color-scheme:dark){body{background:#111418;color:#e6e8eb}a{color:#8ab4f8}}
"""
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",  # the address has the token
    "cache-control": "no-store",
    "x-robots-tag": "noindex",
}
MEDIA = "text/html; charset=utf-8"
FORM = "application/x-www-form-urlencoded"


def page(title: str, language: str, parts: Iterable[str], *, status: int = 200) -> Document:
    """Return a finished page."""
    text = (
        f'<!doctype html><html lang="{escape(language)}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style><main><h1>{escape(title)}</h1>{''.join(parts)}</main>"
    )
    return Document(text.encode(), MEDIA, status, _HEADERS)


def paragraph(text: str) -> str:
    """Return something to read."""
    return f"<p>{escape(text)}</p>"


def notice(text: str) -> str:
    """Return what has come of what the reader did: read out at once."""
    return f'<p role="status">{escape(text)}</p>'


def link(text: str, fields: Mapping[str, str]) -> str:
    """Return a way to another page of ours."""
    return f'<p><a class="b" href="?{_query(fields)}">{escape(text)}</a></p>'


def button(text: str, fields: Mapping[str, str], *, main: bool = False) -> str:
    """Return a form that is one button."""
    shape = ' class="main"' if main else ""
    return f'<form method="post" action="?"{shape}>{_hidden(fields)}<button>{escape(text)}</button></form>'


def second_thoughts(text: str, warning: str, last: str, fields: Mapping[str, str]) -> str:
    """Return a button that opens, and only then can be pressed."""
    return f"<details><summary>{escape(text)}</summary>{paragraph(warning)}{button(last, fields)}</details>"


def choice(name: str, days: Mapping[str, Mapping[str, str]], text: str, fields: Mapping[str, str]) -> str:
    """Return a form in which one of the values of the days is chosen; each is shown as its text."""
    sets = "".join(
        f"<fieldset><legend>{escape(day)}</legend>{_radios(name, values)}</fieldset>"
        for day, values in days.items()
    )
    return (
        f'<form method="post" action="?" class="main">{_hidden(fields)}{sets}'
        f"<button>{escape(text)}</button></form>"
    )


def read_form(content: bytes) -> Mapping[str, str]:
    """Return the fields of a form of ours: letters and digits, so that none is encoded. Raises Malformed."""
    pairs = [pair.partition("=") for pair in content.decode("ascii", "replace").split("&")]
    if not all(name and value.replace("-", "").replace("_", "").isalnum() for name, _, value in pairs):
        raise Malformed("The form cannot be read.")
    return {name: value for name, _, value in pairs}


def _radios(name: str, values: Mapping[str, str]) -> str:
    return "".join(
        f'<label><input type="radio" name="{name}" value="{escape(value)}" required> {escape(text)}</label>'
        for value, text in values.items()
    )


def _hidden(fields: Mapping[str, str]) -> str:
    return "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in fields.items()
    )


def _query(fields: Mapping[str, str]) -> str:
    return escape("&".join(f"{name}={value}" for name, value in fields.items()))
