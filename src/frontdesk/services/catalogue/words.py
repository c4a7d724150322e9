"""Words as people look for them: without case, accents and punctuation."""

import re
from unicodedata import combining, normalize

MAX_FOLDED = 200  # characters kept of a text: a few letters become eighteen when they are taken apart

_WORD = re.compile(r"[^\W_]+")
# Letters that are no letter plus an accent to Unicode, though people type them as if they were.
_STROKES = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ŧ": "t", "\u0131": "i", "æ": "ae", "œ": "oe"}
)


def words(text: str) -> list[str]:
    """Return the words of a text in their plainest form."""
    apart = normalize("NFKD", normalize("NFKD", text).casefold())
    plain = "".join([letter for letter in apart if not combining(letter)])
    return _WORD.findall(plain.translate(_STROKES)[:MAX_FOLDED])


def in_order(text: str) -> str:
    """Return a text that sorts as people expect, whatever follows it: of two that begin alike the shorter first."""
    return f"{'-'.join(words(text))} "
