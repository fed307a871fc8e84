"""The documentation that the server shows at `/docs`."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

import httpx
from in_process import Server

from antonnia_server.http.documents_page import page

# What makes a browser fetch something, or run it.
FETCHING = {"script", "link", "img", "iframe", "object", "embed", "base", "form", "video", "audio"}


class Seen(HTMLParser):
    """The elements of a page, and where its attributes lead."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.targets += [value or "" for name, value in attrs if name in ("href", "src")]


async def seen_page(server: Server) -> tuple[httpx.Response, Seen]:
    async with server.http() as http:
        response = await http.get("/docs")
    seen = Seen()
    seen.feed(response.text)
    return response, seen


async def test_the_page_needs_no_other_server(server: Server) -> None:
    response, seen = await seen_page(server)

    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["content-security-policy"].startswith("default-src 'none';")
    assert not seen.elements & FETCHING
    assert not re.search(r"https?:|//\w|url\(|@import", response.text)
    assert all(target == "/openapi.json" or target.startswith("#") for target in seen.targets)


async def test_the_page_shows_every_operation_and_object(server: Server) -> None:
    response, seen = await seen_page(server)
    async with server.http() as http:
        document = (await http.get("/openapi.json")).json()

    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert f"{method.upper()} {path}" in unescape(response.text)
            assert operation["description"].partition("\n\n")[0] in unescape(response.text)
    ids = set(re.findall(r'id="(\w+)"', response.text))
    assert ids == set(document["components"]["schemas"])
    assert {target[1:] for target in seen.targets if target.startswith("#")} <= ids


def test_what_a_document_says_is_never_markup() -> None:
    evil = "<script>alert(1)</script>"
    operation = {"tags": [evil], "description": evil, "responses": {"200": {"description": evil}}}

    shown = page(
        {
            "info": {"title": evil, "version": "1", "description": evil},
            "paths": {f"/{evil}": {"get": operation}},
            "components": {"schemas": {"Session": {"title": evil}}},
        }
    )

    assert "<script" not in shown
