"""The two marks of a text, taken apart: code and links."""

import re
from collections.abc import Callable

_MARK = re.compile(r"`([^`]+)`|\[((?:`[^`]*`|[^\]])+)\]\(([^)\s]+)\)")


def marked(
    text: str, plain: Callable[[str], str], code: Callable[[str], str], link: Callable[[str, str], str]
) -> str:
    """Return a text with each part put into the form that the three functions give it. A link's text may hold code."""
    parts: list[str] = []
    end = 0
    for found in _MARK.finditer(text):
        parts.append(plain(text[end : found.start()]))
        if found[1] is not None:
            parts.append(code(found[1]))
        else:
            parts.append(link(marked(found[2], plain, code, link), found[3]))
        end = found.end()
    return "".join([*parts, plain(text[end:])])
