"""Nothing outgrows its reader. Lines are counted as they stand, blank lines and comments too."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import HOUSE, ROOT, SRC, modules, name_of

MODULE = 400
TEST_MODULE = 600
FUNCTION = 50
CLASS = 250
KERNEL = 1500

OURS = [*modules(SRC), *modules(ROOT / "bench")]
TESTS = [*modules(ROOT / "tests")]


def lines_of(path: Path) -> int:
    """Return how many lines a file has."""
    return len(path.read_text().splitlines())


def oversized(source: str, where: str) -> Iterator[str]:
    """Name each function and class that is longer than it may be."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            limit = FUNCTION
        elif isinstance(node, ast.ClassDef):
            limit = CLASS
        else:
            continue
        lines = (node.end_lineno or node.lineno) - node.lineno + 1
        if lines > limit:
            yield f"{where}:{node.lineno} {node.name} has {lines} lines, {limit} at most"


@pytest.mark.parametrize(("paths", "limit"), [(OURS, MODULE), (TESTS, TEST_MODULE)], ids=["ours", "tests"])
def test_no_module_is_longer_than_a_sitting(paths: list[Path], limit: int) -> None:
    too_long = [f"{name_of(path)} has {lines_of(path)} lines" for path in paths if lines_of(path) > limit]

    assert too_long == []


def test_no_function_or_class_is_longer_than_a_page() -> None:
    found = [text for path in [*OURS, *TESTS] for text in oversized(path.read_text(), name_of(path))]

    assert found == []


def test_the_kernel_can_be_read_in_an_hour() -> None:
    assert sum(lines_of(path) for path in modules(HOUSE / "kernel")) <= KERNEL


@pytest.mark.parametrize(
    ("head", "body", "limit"),
    [
        ("def f():", "    pass", FUNCTION),
        ("async def f():", "    pass", FUNCTION),
        ("class C:", "    a = 1", CLASS),
    ],
)
def test_one_line_too_many_is_found(head: str, body: str, limit: int) -> None:
    fits = "\n".join([head, *[body] * (limit - 1)])

    assert list(oversized(fits, "x.py")) == []
    assert len(list(oversized(f"{fits}\n{body}", "x.py"))) == 1
