"""Names of doctors as people write them: with a title or without, in capitals, with an accent or two missing."""

import re
from functools import lru_cache
from itertools import filterfalse
from unicodedata import combining, normalize

TITLES = frozenset(
    "dr dra dres doctor doctora doctors doctores doutor doutora prof profa profesor profesora professor professora "
    "lic licenciado licenciada mr mrs ms sr sra señor señora don doña".replace("ñ", "n").split()
)
MAX_PLAIN = 200  # characters kept of a name: a few letters become eighteen when they are taken apart
NAMES_AT_HAND = 4_096  # a clinic's doctors are named all day long

_FEMININE = re.compile(r"\(\s*[ao]\s*\)|[ªº]", re.IGNORECASE)  # Dr(a). and Dr.ª
_APOSTROPHES = re.compile(r"['`\u00b4\u2018\u2019\u02bc\uff07]")
_WORD = re.compile(r"[^\W_]+")
# Letters that are no letter plus an accent to Unicode, though people type them as if they were.
_STROKES = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ŧ": "t", "\u0131": "i", "æ": "ae", "œ": "oe"}
)


@lru_cache(maxsize=NAMES_AT_HAND)
def plain_name(name: str) -> str:
    """Return what is equal for all ways to write one doctor's name; "" where there is no letter or digit."""
    bare = _APOSTROPHES.sub("", _FEMININE.sub("", name))
    apart = normalize("NFKD", normalize("NFKD", bare).casefold())
    letters = "".join(filterfalse(combining, apart))
    words = _WORD.findall(letters.translate(_STROKES)[:MAX_PLAIN])
    first = next(
        (n for n, word in enumerate(words) if word not in TITLES), 0
    )  # nothing but titles: that is the name
    return " ".join(words[first:])
