"""What a page of the reference is made of, whether it is shown as HTML or written as Markdown.

Texts are plain but for two marks: `code` between backticks, and [a link](page#place) to a page of the reference or an
address that begins with a slash.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    """A title of level 2 to 4. Links reach it as `#` and `slug(text)`."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under the names of their columns."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Diagram:
    """States and the ways between them: (from, what is done, to). A form that cannot draw leaves it out."""

    ways: Sequence[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A diagram in Mermaid's own words. A form that cannot draw leaves it out."""

    text: str


Block = Heading | Text | Table | Diagram | Drawing


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `name` is its file and the last step of its path."""

    name: str
    title: str
    blocks: Sequence[Block]


def slug(text: str) -> str:
    """Return the anchor that a heading has wherever Markdown is read: lower case, no punctuation, dashes for spaces."""
    return re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")


def prose(docstring: str | None) -> str:
    """Return a docstring as one paragraph."""
    return " ".join((docstring or "").split())


def code(*words: str) -> str:
    """Return words as code, with commas between."""
    return ", ".join(f"`{word}`" for word in words)


def link(text: str, page: str, place: str) -> str:
    """Return a link to a heading of a page."""
    return f"[{text}]({page}#{slug(place)})"
