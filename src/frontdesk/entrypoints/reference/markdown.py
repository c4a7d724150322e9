"""The reference as Markdown, for docs/reference."""

from collections.abc import Iterator

from frontdesk.entrypoints.reference.blocks import Block, Diagram, Drawing, Heading, Page, Table, Text
from frontdesk.entrypoints.reference.marks import marked

MADE = "<!-- Made by `frontdesk reference` from the declarations in the code. Do not edit: change those. -->"
_ESCAPED = str.maketrans({"<": "&lt;", ">": "&gt;", "|": r"\|", "*": r"\*", "[": r"\[", "]": r"\]"})


def as_markdown(page: Page) -> str:
    """Return a page as the text of a file."""
    blocks = "\n\n".join("\n".join(_lines(block)) for block in page.blocks)
    return f"{MADE}\n\n# {page.title}\n\n{blocks}\n"


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading(level, text):
            yield f"{'#' * level} {_marked(text)}"
        case Text(text):
            yield _marked(text)
        case Table(columns, rows):
            yield f"| {' | '.join(columns)} |"
            yield f"|{'---|' * len(columns)}"
            yield from (f"| {' | '.join(map(_marked, row))} |" for row in rows)
        case Diagram(ways):
            yield "```mermaid"
            yield "stateDiagram-v2"
            yield from (f"    {start} --> {end}: {done}" for start, done, end in ways)
            yield "```"
        case Drawing(text):
            yield f"```mermaid\n{text}```"


def _marked(text: str) -> str:
    return marked(
        text,
        lambda plain: plain.translate(_ESCAPED),
        lambda code: f"`{code.replace('|', chr(92) + '|')}`",
        lambda shown, target: shown if target.startswith("/") else f"[{shown}]({_file(target)})",
    )


def _file(target: str) -> str:
    page, mark, place = target.partition("#")
    return f"{page}.md{mark}{place}" if page else f"#{place}"
