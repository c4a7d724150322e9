"""How the API fails when it does."""

import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

import msgspec

from tests.whatsapp import rules

Failing = Callable[[BaseHTTPRequestHandler, Callable[[], None]], None]
"""Answers a request in its own way; it may call what takes the message."""


def refuse(code: int, status: int = 400, *, retry_after: int | None = None) -> Failing:
    """Refuse with a code."""

    def way(request: BaseHTTPRequestHandler, _: Callable[[], None]) -> None:
        more = {} if retry_after is None else {"retry-after": str(retry_after)}
        answer(request, status, {"error": rules.error(code)}, more)

    return way


def break_down(status: int = 503) -> Failing:
    """Answer with the page of a proxy, which is no JSON."""

    def way(request: BaseHTTPRequestHandler, _: Callable[[], None]) -> None:
        content = b"<html>Sorry, something went wrong.</html>"
        request.send_response(status)
        request.send_header("content-length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)

    return way


def cut(request: BaseHTTPRequestHandler, _: Callable[[], None]) -> None:
    """Take nothing, and close the connection."""
    request.close_connection = True


def take_and_cut(request: BaseHTTPRequestHandler, take: Callable[[], None]) -> None:
    """Take the message, and close the connection before the answer: the desk cannot know."""
    take()
    request.close_connection = True


def hang(seconds: float) -> Failing:
    """Take nothing, and say nothing for so long."""

    def way(request: BaseHTTPRequestHandler, _: Callable[[], None]) -> None:
        time.sleep(seconds)
        request.close_connection = True

    return way


def answer(
    request: BaseHTTPRequestHandler, status: int, found: object, more: dict[str, str] | None = None
) -> None:
    """Answer with JSON."""
    content = msgspec.json.encode(found)
    request.send_response(status)
    for name, value in {"content-type": "application/json", **(more or {})}.items():
        request.send_header(name, value)
    request.send_header("content-length", str(len(content)))
    request.end_headers()
    request.wfile.write(content)
