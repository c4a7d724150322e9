"""The pages' HTML: no script, no image, nothing from elsewhere; labels, errors and languages that are read out well."""

import html
from base64 import b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha256
from urllib.parse import urlencode, urlsplit

from frontdesk.entrypoints.api import Response
from frontdesk.entrypoints.oauth.words import WORDS
from frontdesk.services.identity.notices import Language

_STYLE = """
body{font:18px/1.5 system-ui,sans-serif;max-width:26rem;margin:3rem auto;padding:0 1rem;color:#1b1f24;background:#fff}
label,input,button{display:block;width:100%;box-sizing:border-box;font:inherit}
input,button{padding:.6rem;border:1px solid #6b7280;border-radius:6px;margin:.25rem 0 1rem}
input{background:#fff;color:#1b1f24}
button{background:#0b57d0;border-color:#0b57d0;color:#fff;cursor:pointer}
:focus-visible{outline:3px solid #f59e0b;outline-offset:2px}a{color:#0b57d0}
[role=alert]{border-left:4px solid #b91c1c;padding:.5rem .75rem;background:#fef2f2;color:#7f1d1d}
@media(prefers-color-scheme:dark){body{background:#111418;color:#e6e8eb}a{color:#8ab4f8}
input{background:#1e242b;color:#e6e8eb}}
"""
_STYLE_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()


class Page:
    """One page in one language. `error` and `note` are keys of the words."""

    def __init__(self, language: Language, title: str, *, status: int = 200) -> None:
        self._words = WORDS[language]
        self._language = language
        self._title = self._words[title]
        self._status = status
        self._parts: list[str] = []
        self._may_lead_to = ""

    def say(self, word: str, **values: str) -> "Page":
        """Add a paragraph."""
        self._parts.append(f"<p>{html.escape(self._words[word].format(**values))}</p>")
        return self

    def warn(self, word: str, **values: str) -> "Page":
        """Add what went wrong: read out at once."""
        text = html.escape(self._words[word].format(**values))
        self._parts.append(f'<p role="alert" id="error">{text}</p>')
        return self

    def link(self, word: str, path: str, fields: Mapping[str, str]) -> "Page":
        """Add a link to another page of ours."""
        href = html.escape(f"{path}?{urlencode(fields)}" if fields else path)
        self._parts.append(f'<p><a href="{href}">{html.escape(self._words[word])}</a></p>')
        return self

    def form(
        self, path: str, hidden: Mapping[str, str], inputs: Mapping[str, Mapping[str, str]], button: str
    ) -> "Page":
        """Add a form. `inputs` are attributes by name; each is labelled with the word of its name."""
        rows = [_hidden(name, value) for name, value in hidden.items()]
        rows += self._inputs(inputs)
        rows.append(f"<button>{html.escape(self._words[button])}</button>")
        self._parts.append(f'<form method="post" action="{html.escape(path)}">{"".join(rows)}</form>')
        return self

    def _inputs(self, inputs: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
        told = ' aria-describedby="error"' if any("role=" in part for part in self._parts) else ""
        for name, attributes in inputs.items():
            label = html.escape(self._words[name])
            more = "".join(f' {key}="{html.escape(value)}"' for key, value in attributes.items())
            yield f'<label for="{name}">{label}</label><input id="{name}" name="{name}" required{told}{more}>'

    def leads_to(self, uri: str) -> "Page":
        """Let the answer to this page's form send the browser on to a client."""
        parts = urlsplit(uri)
        is_web = parts.scheme in {"http", "https"}
        self._may_lead_to = f"{parts.scheme}://{parts.netloc}" if is_web else f"{parts.scheme}:"
        return self

    def response(self, cookies: str = "") -> Response:
        """Return the finished page."""
        title = html.escape(self._title)
        text = (
            f'<!doctype html><html lang="{self._language}"><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">'
            f"<title>{title}</title><style>{_STYLE}</style><main><h1>{title}</h1>{''.join(self._parts)}</main>"
        )
        headers = safety_headers(self._may_lead_to)
        if cookies:
            headers["set-cookie"] = cookies
        return Response(self._status, text.encode(), headers, "text/html; charset=utf-8")


def safety_headers(may_lead_to: str = "") -> dict[str, str]:
    """Return what tells a browser to do nothing but show this. Browsers check a form's redirects as well."""
    policy = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self' {may_lead_to}"
    return {
        "content-security-policy": f"{policy.rstrip()}; frame-ancestors 'none'; base-uri 'none'",
        "x-frame-options": "DENY",
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",  # links carry tokens; `no-referrer` would hide our own forms' origin
    }


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
