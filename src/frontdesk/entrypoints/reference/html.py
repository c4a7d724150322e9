"""The reference as HTML: one self-contained page, for a wide screen, a phone, a dark room and a screen reader."""

import html
from collections.abc import Iterator, Sequence

from frontdesk.entrypoints.reference.blocks import Block, Diagram, Drawing, Heading, Page, Table, Text, slug
from frontdesk.entrypoints.reference.marks import marked

STYLE = """
:root{color-scheme:light dark;--ink:#1b1f24;--paper:#fff;--soft:#f1f3f5;--line:#d9dee3;--link:#0b57d0}
@media(prefers-color-scheme:dark){:root{--ink:#e6e8eb;--paper:#111418;--soft:#1e242b;--line:#38424d;--link:#8ab4f8}}
*{box-sizing:border-box}
body{font:16px/1.55 system-ui,sans-serif;margin:0;color:var(--ink);background:var(--paper);overflow-wrap:break-word}
main,nav{max-width:64rem;margin:0 auto;padding:0 1rem}
nav{padding-top:.75rem;border-bottom:1px solid var(--line)}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;margin:0;padding:0 0 .75rem}
nav a[aria-current]{font-weight:700;color:inherit;text-decoration:none}
a{color:var(--link)}a:focus-visible,.wide:focus-visible{outline:3px solid var(--link);outline-offset:2px}
code{font:.875em/1.4 ui-monospace,monospace;background:var(--soft);border-radius:4px;padding:.1em .3em}
h1{line-height:1.2}h2{margin-top:3rem;border-bottom:1px solid var(--line);padding-bottom:.25rem}h3{margin-top:2.25rem}
h1,h2,h3,h4{scroll-margin-top:1rem}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%}
td,th{text-align:left;border-bottom:1px solid var(--line);padding:.4rem .75rem .4rem 0}
td,th{vertical-align:top;min-width:5rem}
.skip{position:absolute;left:-99rem}.skip:focus{position:static}
"""


def as_html(page: Page, others: Sequence[Page]) -> bytes:
    """Return a page as a document, with the way to the others."""
    title = html.escape(page.title)
    body = "".join(part for block in page.blocks for part in _parts(block))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{title} - frontdesk</title><style>{STYLE}</style></head><body>"
        '<a class="skip" href="#content">To the content</a>'
        f'<nav aria-label="Reference"><ul>{"".join(_way(other, page) for other in others)}</ul></nav>'
        f'<main id="content"><h1>{title}</h1>{body}</main></body></html>'
    ).encode()


def _way(other: Page, page: Page) -> str:
    here = ' aria-current="page"' if other.name == page.name else ""
    return f'<li><a href="{_address(other.name)}"{here}>{html.escape(other.title)}</a></li>'


def _parts(block: Block) -> Iterator[str]:
    match block:
        case Heading(level, text):
            yield f'<h{level} id="{html.escape(slug(text))}">{_marked(text)}</h{level}>'
        case Text(text):
            yield f"<p>{_marked(text)}</p>"
        case Table(columns, rows):
            yield '<div class="wide" tabindex="0" role="group" aria-label="Table"><table><thead><tr>'
            yield "".join(f'<th scope="col">{html.escape(column)}</th>' for column in columns)
            yield "</tr></thead><tbody>"
            yield from (f"<tr>{''.join(f'<td>{_marked(cell)}</td>' for cell in row)}</tr>" for row in rows)
            yield "</tbody></table></div>"
        case Diagram() | Drawing():
            return


def _marked(text: str) -> str:
    return marked(
        text,
        html.escape,
        lambda code: f"<code>{html.escape(code)}</code>",
        lambda shown, target: f'<a href="{_address(target)}">{shown}</a>',
    )


def _address(target: str) -> str:
    if target.startswith(("/", "#")):
        return html.escape(target)
    name, mark, place = target.partition("#")
    return html.escape(f"{'/docs' if name == 'index' else f'/docs/{name}'}{mark}{place}")
