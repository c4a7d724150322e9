"""What the documents name: their commands, links, and words in back-ticks. Code and prose are told apart here."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_KEPT_OUT = {".git", "build", "node_modules"}

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+(?:\n[^`\n]+)?)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_HERE_DOCUMENT = re.compile(r"<<'(\w+)'.*?^\1$", re.MULTILINE | re.DOTALL)
_SUBSTITUTED = re.compile(r"\$\((?!frontdesk)[^()]*\)|\$DAY\b")  # what comes out is mostly a date


@dataclass(frozen=True)
class Page:
    """One Markdown file."""

    path: Path

    @property
    def text(self) -> str:
        """All of it."""
        return self.path.read_text()

    @property
    def prose(self) -> str:
        """What stands outside code blocks."""
        return _FENCE.sub("", self.text)

    def blocks(self) -> list[tuple[str, str]]:
        """Return each code block with its language, in order."""
        return _FENCE.findall(self.text)

    def sections(self) -> dict[str, list[tuple[str, str]]]:
        """Return the code blocks under each heading that has any, in order."""
        parts = re.split(r"^## (.+)$", self.text, flags=re.MULTILINE)
        found = {title: _FENCE.findall(text) for title, text in zip(parts[1::2], parts[2::2], strict=True)}
        return {title: blocks for title, blocks in found.items() if blocks}

    def spans(self) -> list[str]:
        """Return what stands in back-ticks, each on one line."""
        return [" ".join(span.split()) for span in _SPAN.findall(self.prose)]

    def links(self) -> list[str]:
        """Return where its links lead."""
        return _LINK.findall(_SPAN.sub("", self.prose))

    def anchors(self) -> set[str]:
        """Return the names of its headings, as GitHub makes them."""
        titles = [re.sub(r"[^\w\s-]", "", title.lower()) for title in _HEADING.findall(self.prose)]
        return {re.sub(r"\s", "-", title.strip()) for title in titles}

    def commands(self) -> Iterator[list[str]]:
        """Give the words after `frontdesk` of every command in a block that is typed."""
        for language, block in self.blocks():
            if language in {"sh", ""}:
                typed = _SUBSTITUTED.sub("2026-03-14", _HERE_DOCUMENT.sub("", block))
                for line in typed.replace("\\\n", " ").splitlines():
                    yield from _commands_in(line)

    def mentions(self) -> Iterator[list[str]]:
        """Give the words after `frontdesk` of every command that is only named."""
        for span in self.spans():
            if span.startswith("frontdesk "):
                yield from _commands_in(span)


def pages() -> list[Page]:
    """Return every Markdown file of the repository."""
    found = [path for path in ROOT.rglob("*.md") if not _hidden(path.relative_to(ROOT))]
    return [Page(path) for path in sorted(found)]


def guides() -> list[Page]:
    """Return the pages for whoever runs a desk: the how-tos, the runbook, the README."""
    return [page for page in pages() if _is_guide(page.path.relative_to(ROOT))]


def is_shown(printed: str, shown: str) -> bool:
    """Return whether a page shows what was printed. Spaces only align, and `…` stands for anything within a line."""
    pattern = "\n".join(".*".join(map(re.escape, line.split("…"))) for line in _lines(shown))
    return re.fullmatch(pattern, "\n".join(_lines(printed))) is not None


def _lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def _is_guide(path: Path) -> bool:
    return path.parent == Path("docs/how-to") or path in {Path("docs/runbook.md"), Path("README.md")}


def _hidden(path: Path) -> bool:
    return any(part in _KEPT_OUT or part.startswith(".") for part in path.parts)


def _commands_in(line: str) -> Iterator[list[str]]:
    if "frontdesk " not in line:
        return
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;()<>")
    lexer.whitespace_split = True
    words: list[str] | None = None
    for token in lexer:
        if words is not None and not set(token) <= set("|&;()<>"):
            words.append(token)
            continue
        if words:
            yield words
        words = [] if token == "frontdesk" else None
    if words:
        yield words
