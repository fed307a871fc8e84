"""Sends with httpx from event loops, each with connections of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Dict, Mapping, Optional

from .answers import HttpAnswer
from .forks import follow_forks
from .httpx_failures import (
    already_closed,
    closed_meanwhile,
    failure_from,
    given_before_fork,
    given_was_closed,
    wrong_twin,
)
from .not_given import NotGiven
from .options import Timeout

if TYPE_CHECKING:
    import asyncio

    import httpx

    from .httpx_line import HttpxLine
    from .loop_connections import LoopConnections


class HttpxSender:
    """Sends with httpx, which is loaded with the first request, as is asyncio.

    Several event loops can use it, one after another or each in its thread.
    """

    def __init__(self, client: Optional[httpx.AsyncClient]) -> None:
        if client is not None:
            import httpx

            if isinstance(client, httpx.Client):
                raise wrong_twin(client, "AsyncClient")
        self._given = client
        self._is_closed = False
        self._is_forked = False
        self._loops: Dict[asyncio.AbstractEventLoop, LoopConnections] = {}
        follow_forks(self)

    async def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: Optional[bytes],
        timeout: Timeout,
    ) -> HttpAnswer:
        import httpx

        here = await self.here()
        if isinstance(here.http, httpx.AsyncClient):
            call = here.http.request(
                method,
                url,
                headers=headers,
                content=content,
                timeout=httpx.USE_CLIENT_DEFAULT if isinstance(timeout, NotGiven) else timeout,
                # A redirected POST would become a GET, and a redirected token a gift.
                follow_redirects=False,
            )
        else:
            call = here.http.request(method, url, headers, content, timeout)
        try:
            response = await here.until_closed(call)
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise closed_meanwhile() if here.is_closing else failure_from(exc, method, url) from exc
        return HttpAnswer(response.status_code, response.headers, response.content)

    def open_line(self) -> HttpxLine:
        from .httpx_line import HttpxLine

        return HttpxLine(self)

    async def sleep(self, seconds: float) -> None:
        import asyncio

        if self._is_closed:
            # A try was sent before.
            raise closed_meanwhile()
        here = await self.here()
        await here.until_closed(asyncio.sleep(seconds))

    async def close(self) -> None:
        import asyncio

        self._is_closed = True
        running = asyncio.get_running_loop()
        for loop, connections in list(self._loops.items()):
            if loop is running:
                await connections.close()
            else:
                connections.close_from_another(loop)
        self._loops = {}

    def forget_what_was_inherited(self) -> object:
        inherited, self._loops = self._loops, {}
        self._is_forked = True
        return inherited

    async def here(self) -> LoopConnections:
        """The connections of the loop that runs."""
        import asyncio

        if self._is_closed:
            # Calls that were under way may still be on their way to their end here.
            raise already_closed()
        found = self._loops.get(asyncio.get_running_loop())
        here = await self._open() if found is None else found
        if here.http.is_closed:
            raise given_was_closed()
        return here

    async def _open(self) -> LoopConnections:
        from .connection_pool import open_connections
        from .loop_connections import LoopConnections

        for loop in list(self._loops):
            if loop.is_closed():
                self._loops.pop(loop, None)
        if self._given is not None and self._is_forked:
            raise given_before_fork()
        http = open_connections() if self._given is None else self._given
        connections = LoopConnections(http, is_ours=self._given is None)
        await connections.open(self._loops)
        return connections
