"""Where a request comes from, by the word of proxies that are trusted."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any, cast

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware


class BehindProxies:
    """ASGI application that has another one see the client, where a trusted proxy names it.

    What is not an address is not taken: a proxy may pass on what whoever asks has made up.
    """

    def __init__(self, app: ASGIApp, networks: Sequence[str]) -> None:
        self._app = app
        # Its types of an application are uvicorn's own.
        self._named: ASGIApp = cast(
            Any, ProxyHeadersMiddleware(cast(Any, self._pass_on), [*networks])
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["antonnia_peer"] = scope.get("client")
        await self._named(scope, receive, send)

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("client") != scope["antonnia_peer"] and not _is_address(scope["client"][0]):
            scope["client"] = scope["antonnia_peer"]
        await self._app(scope, receive, send)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
