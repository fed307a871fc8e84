"""A stream of events that goes on where it was cut off."""

from __future__ import annotations

import logging
from collections import deque
from typing import TYPE_CHECKING, AsyncIterator, Deque, Optional, Type, TypeVar

from antonnia.core.answers import HttpAnswer, error_from, read_answer
from antonnia.core.errors import APIConnectionError, APIError
from antonnia.core.httpx_failures import CLIENT_CLOSED
from antonnia.core.retries import delay_seconds, is_worth_retrying
from antonnia.core.server_sent_events import EventParser, ServerSentEvent

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from .transport import Transport

_logger = logging.getLogger("antonnia")

T = TypeVar("T")

# No refusal says more.
MAX_REFUSAL_BYTES = 65_536


class EventStream(AsyncIterator[T]):
    """Events as they happen, each once and in order.

    A connection that is lost is opened again, after a moment and for as long as it takes, and goes
    on after the last event: none is missed and none comes twice. Only until the first connection
    the `max_retries` of the client hold; with 0 of them nothing is ever opened again.

    `async with` asks at once, so that whatever happens from there on comes; otherwise who waits
    for the first event does. It ends when it or its client is closed. After an error it stands
    where it stood: asked again, it goes on.
    """

    def __init__(
        self, transport: Transport, path: str, item_type: Type[T], last_id: Optional[str]
    ) -> None:
        self._transport = transport
        self._path = path
        self._item_type = item_type
        self._last_id = last_id
        self._line = transport.sender.open_line()
        self._parser: Optional[EventParser] = None
        self._ready: Deque[ServerSentEvent] = deque()
        self._has_connected = False
        self._is_closed = False
        self._failures = 0

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        while not self._ready:
            if self._is_closed:
                raise StopAsyncIteration
            try:
                await self._receive_or_wait()
            except APIConnectionError as exc:
                if exc.code != CLIENT_CLOSED:
                    raise
                self._is_closed = True
        event = self._ready.popleft()
        content = HttpAnswer(200, {"content-type": "application/json"}, event.data.encode())
        return read_answer(self._item_type, content)

    async def close(self) -> None:
        """Hang up; who waits for the next event is told that there is none."""
        self._is_closed = True
        self._ready.clear()
        await self._line.close()

    async def __aenter__(self) -> Self:
        try:
            # Where it begins is known now, and what happens from now on comes.
            while self._last_id is None and not self._ready and not self._is_closed:
                await self._receive_or_wait()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self,
        exc_type: Optional[Type[BaseException]],
        exc: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        await self.close()

    async def _receive_or_wait(self) -> None:
        try:
            await self._receive()
        except (APIError, APIConnectionError) as exc:
            self._parser = None
            most = self._transport.max_retries
            is_over = self._failures >= most and (not self._has_connected or most == 0)
            if is_over or not is_worth_retrying(exc):
                self._failures = 0
                raise
            error = exc
        else:
            return
        seconds = delay_seconds(self._failures, error)
        self._failures += 1
        _logger.info("GET %s: open again in %.2f s after: %s", self._path, seconds, error)
        await self._line.sleep(seconds)

    async def _receive(self) -> None:
        if self._parser is None:
            await self._connect()
            self._parser = EventParser()
        piece = await self._line.read()
        if not piece:
            raise APIConnectionError("the server has ended the stream")
        self._failures = 0
        self._ready.extend(self._parser.feed(piece))
        if self._parser.last_id is not None:
            self._last_id = self._parser.last_id

    async def _connect(self) -> None:
        headers = {
            **self._transport.headers,
            "Accept": "text/event-stream",
            # What packs pieces together holds them back.
            "Accept-Encoding": "identity",
            "Cache-Control": "no-store",
        }
        if self._last_id is not None:
            headers["Last-Event-ID"] = self._last_id
        url = self._transport.url + self._path
        answer = await self._line.open(url, headers, self._transport.timeout)
        if not answer.is_success:
            raise error_from(answer._replace(content=await self._read_refusal()))
        content_type = answer.headers.get("content-type", "")
        if not content_type.startswith("text/event-stream"):
            raise APIConnectionError(
                f"no stream of events but an answer of type {content_type[:200]!r}",
                request_id=answer.request_id,
            )
        _logger.debug("GET %s: open (request %s)", self._path, answer.request_id)
        self._has_connected = True

    async def _read_refusal(self) -> bytes:
        content = b""
        while len(content) < MAX_REFUSAL_BYTES:
            piece = await self._line.read()
            if not piece:
                break
            content += piece
        return content
