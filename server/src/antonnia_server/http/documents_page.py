"""The OpenAPI document as a page to read: one file, which asks nobody for anything else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from html import escape
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from .permissions import DECLARATION

# The page loads nothing, from here or from elsewhere, and says nothing to anyone.
_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'",
    "referrer-policy": "no-referrer",
}
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
code, pre { font: 14px/1.4 ui-monospace, monospace }
pre { overflow-x: auto; padding: 0.5rem 1rem; border: 1px solid #8886 }
summary { cursor: pointer; padding: 0.2rem 0 }
details { border-bottom: 1px solid #8883 }
details > *:not(summary) { margin-left: 1rem }
"""
_REFERENCE = re.compile(r"&quot;#/components/schemas/(\w+)&quot;")


def install_page(app: FastAPI) -> None:
    """Serve the page at `/docs`."""

    @cache
    def shown() -> str:
        return page(app.openapi())

    async def docs(request: Request) -> Response:
        return HTMLResponse(shown(), headers=_HEADERS)

    app.add_route("/docs", docs, include_in_schema=False)


def page(document: dict[str, Any]) -> str:
    """The whole page."""
    title = escape(f"{document['info']['title']} {document['info']['version']}")
    parts = [
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>',
        f"<style>{_STYLE}</style><h1>{title}</h1>",
        f"<p>{escape(document['info']['description'])}</p>",
        '<p>For tools: <a href="/openapi.json">the OpenAPI document</a>. Requests carry '
        "<code>Authorization: Bearer &lt;token&gt;</code>.</p>",
        *_operations(document),
        "<h2>Objects</h2>",
        *_schemas(document),
    ]
    return "\n".join(parts)


def _operations(document: dict[str, Any]) -> Iterator[str]:
    by_tag: dict[str, list[str]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            [tag] = operation["tags"]
            by_tag.setdefault(tag, []).append(_operation(method.upper(), path, operation))
    for tag, shown in by_tag.items():
        yield f"<h2>{escape(tag.capitalize())}</h2>"
        yield from shown


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    first, _, rest = operation["description"].partition("\n\n")
    lines = [
        f"<summary><code>{method} {escape(path)}</code> {escape(first)}</summary>",
        *(f"<p>{escape(paragraph)}</p>" for paragraph in rest.split("\n\n") if paragraph),
    ]
    if permission := operation.get(DECLARATION):
        lines.append(f"<p>Permission: <code>{escape(permission)}</code></p>")
    for parameter in operation.get("parameters", ()):
        if parameter["in"] != "path":
            said = escape(parameter.get("description", ""))
            lines.append(
                f"<p>{parameter['in']} <code>{escape(parameter['name'])}</code>: {said}</p>"
            )
    if "requestBody" in operation:
        lines += ["<p>Body:</p>", _shown(operation["requestBody"])]
    lines.append("<ul>")
    for status, response in operation["responses"].items():
        lines.append(
            f"<li>{escape(status)} {escape(response['description'])}{_answer(response)}</li>"
        )
    return "\n".join(["<details>", *lines, "</ul>", "</details>"])


def _answer(response: dict[str, Any]) -> str:
    schema = response.get("content", {}).get("application/json", {}).get("schema")
    return "" if not schema else f": {_linked(json.dumps(schema))}"


def _schemas(document: dict[str, Any]) -> Iterator[str]:
    for name, schema in sorted(document["components"]["schemas"].items()):
        yield f'<details id="{escape(name)}"><summary><code>{escape(name)}</code></summary>'
        yield f"<pre>{_linked(json.dumps(schema, indent=2))}</pre></details>"


def _shown(body: dict[str, Any]) -> str:
    [content] = body["content"].values()
    return f"<pre>{_linked(json.dumps(content['schema'], indent=2))}</pre>"


def _linked(text: str) -> str:
    return _REFERENCE.sub(r'<a href="#\1">\1</a>', escape(text))
