"""The reference for people: complete, in both its forms, and readable by everybody."""

from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

from frontdesk import bootstrap
from frontdesk.entrypoints.operations import OPERATIONS
from frontdesk.entrypoints.reference.blocks import Diagram, Heading, Page, Table, Text, slug
from frontdesk.entrypoints.reference.html import as_html
from frontdesk.entrypoints.reference.markdown import as_markdown
from frontdesk.entrypoints.reference.pages import reference
from frontdesk.kernel.errors import TABLE

SERVICES = (*bootstrap.choose(), OPERATIONS)
PAGES = reference(SERVICES)
LONE = {"meta", "!doctype"}


class Reader(HTMLParser):
    """Reads a document as a browser would, and notes what matters to a reader."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.assets: list[str] = []
        self.levels: list[int] = []
        self.feed(as_html(page, PAGES).decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See HTMLParser."""
        given = dict(attrs)
        if tag not in LONE:
            self.open.append(tag)
        if tag in {"h1", "h2", "h3", "h4"}:
            self.levels.append(int(tag[1]))
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.targets += [value for name, value in attrs if name == "href" and value]
        self.assets += [given["src"] or ""] if "src" in given else []

    def handle_endtag(self, tag: str) -> None:
        """See HTMLParser."""
        assert self.open.pop() == tag


READERS = {page.name: Reader(page) for page in PAGES}
EACH = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def headings(name: str) -> set[str]:
    """Return the headings of a page."""
    (page,) = (page for page in PAGES if page.name == name)
    return {block.text for block in page.blocks if isinstance(block, Heading)}


def test_every_operation_is_told_on_its_own_and_in_the_overview() -> None:
    operations = {f"{route.method} {route.path}" for service in SERVICES for route in service.routes}
    overview = as_html(PAGES[0], PAGES).decode()

    assert operations <= headings("api")
    assert [operation for operation in operations if operation not in overview] == []


def test_every_event_and_timer_is_told() -> None:
    told = {event.NAME for service in SERVICES for event in (*service.events, *service.timers)}

    assert told <= headings("events")


def test_every_error_is_told_with_the_refusals_of_the_services() -> None:
    refusals = {
        refusal.code for service in SERVICES for route in service.routes for refusal in route.refusals
    }

    assert {error.code for error in TABLE} | refusals | {"internal"} <= headings("errors")


@EACH
def test_a_page_needs_nothing_from_elsewhere(page: Page) -> None:
    text = as_html(page, PAGES).decode()

    assert READERS[page.name].assets == []
    assert "@import" not in text
    assert "url(" not in text


@EACH
def test_a_page_is_well_formed_for_a_screen_reader(page: Page) -> None:
    reader = READERS[page.name]
    steps = zip(reader.levels, reader.levels[1:], strict=False)

    assert reader.open == []
    assert len(set(reader.ids)) == len(reader.ids)
    assert reader.levels.count(1) == 1
    assert all(lower <= upper + 1 for upper, lower in steps), "a level of headings is left out"


@EACH
def test_every_link_of_a_page_leads_somewhere(page: Page) -> None:
    known = {"/openapi.json"}
    for other in PAGES:
        path = "/docs" if other.name == "index" else f"/docs/{other.name}"
        known |= {path, *(f"{path}#{id}" for id in READERS[other.name].ids)}
    here = "/docs" if page.name == "index" else f"/docs/{page.name}"

    targets = {f"{here}{to}" if to.startswith("#") else to for to in READERS[page.name].targets}

    assert targets - known == set()


def samples() -> Iterator[Page]:
    """Give pages whose texts could be taken for marks of their form."""
    for text in ("a < b & c", "a | b", "*stars*", "`x|y<z`", "[not a link]", '"quoted"'):
        yield Page("page", "Title", [Text(text), Table(("Column",), [(text,)])])


@pytest.mark.parametrize("page", [*samples()])
def test_no_text_is_taken_for_markup(page: Page) -> None:
    document = as_html(page, [page]).decode()
    _, _, row = as_markdown(page).rpartition("|---|\n")

    assert "<z" not in document
    assert "a < b" not in document
    assert row.replace("\\|", "").count("|") == 2
    assert "[not a link]" not in row


def test_a_diagram_is_drawn_where_it_can_be() -> None:
    page = Page("page", "Title", [Diagram([("NEW", "cancel", "CANCELLED")])])

    assert "NEW --> CANCELLED: cancel" in as_markdown(page)
    assert "cancel" not in as_html(page, [page]).decode()


def test_anchors_are_those_that_markdown_readers_make() -> None:
    assert slug("POST /orders/{id}/cancel") == "post-ordersidcancel"
    assert slug("Order Created") == "order-created"
    assert slug("key_reused") == "key_reused"
