"""HTTP on a socket: uvicorn's, with bounds on all that a client can make it keep.

What is refused here never reaches the application; it is said as all other refusals are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import Enum, auto
from typing import Any, cast

import httptools
from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from . import ids
from .connections import Connections
from .http.body import MAX_BODY_BYTES
from .http.edge import problem
from .http.refusal import BadRequest, BodyTooLarge, Overloaded, Refusal, RequestTimeout
from .inflow import HeldFlow
from .request_head import refuse_head, target_of, too_large

# For a client to read why it was refused, and to see that the rest of its body is not wanted; then
# the connection is closed on it.
LINGER_SECONDS = 2
MAX_DISCARDED_BYTES = 16 * MAX_BODY_BYTES
# A body in chunks of one byte is six times as long. What is longer than this is no body.
MAX_FRAMED_BYTES = 8 * MAX_BODY_BYTES

_NOT_HTTP = BadRequest("The request is not HTTP/1.1 as RFC 9112 has it; the connection is closed.")
_FULL = Overloaded("All connections of the server are at work.", retry_after_seconds=1)


class Phase(Enum):
    """What a connection does."""

    IDLE = auto()
    HEAD = auto()
    BODY = auto()
    WORK = auto()
    ANSWER = auto()
    FAREWELL = auto()


class HttpProtocol(HttpToolsProtocol):
    """One connection."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        all_connections: Connections,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._all = all_connections
        self._limits = all_connections.limits
        self._is_in_head = False
        # Bytes of the message that is being read, unless those of others were fed with them.
        self._fed = 0
        self._is_exact = True
        self._is_at_rest = True
        # Nothing is read as HTTP any more, at once or after the message that is being read.
        self._is_deaf = False
        self._is_last = False
        self._is_leaving = False
        # What is wrong with the message that is being read, until those before it are answered.
        self._last_words: Refusal | None = None
        self._received = 0
        self._discarded = 0
        # What `look_at` saw last, since when, and how far it had come then.
        self._messages = 0
        self._drains = 0
        self._seen: tuple[Phase, int, int] | None = None
        self._seen_at = 0.0
        self._seen_progress = 0

    # What the transport says

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self.flow = self.reading = HeldFlow(transport)
        self._output = cast(asyncio.Transport, _Output(transport, self._close_after_answer))
        if self._all.add(self):
            return
        if self._all.refuse(self):
            self._say_farewell(_FULL)
        else:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._all.remove(self)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._all.piles_up(self, self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        super().resume_writing()
        self._drains += 1
        self._all.flows(self)
        if self._is_done():
            self._all.waits(self)

    def data_received(self, data: bytes) -> None:
        self._take_in(data)
        if self._all.inflow.take(len(data)) and self._has_more_to_come():
            self._all.inflow.hold(self.reading)

    def _has_more_to_come(self) -> bool:
        is_in_message = self._is_deaf or self._is_in_head or self._is_in_body()
        return is_in_message and not self.transport.is_closing()

    def _take_in(self, data: bytes) -> None:
        if self._is_deaf:
            self._discard(len(data))
            return
        self._received += len(data)
        self._is_at_rest = not self._is_in_head and not self._is_in_body()
        if self._is_at_rest:
            # Another message begins.
            self._fed = 0
        self._fed = self._fed + len(data) if self._is_exact else len(data)
        self._is_exact = True
        try:
            self._feed(data)
        except httptools.HttpParserError as error:
            refusal = error.__context__
            self._complain(refusal if isinstance(refusal, Refusal) else _NOT_HTTP)
            return
        if self._is_in_head and self._is_exact and self._fed > self._limits.max_head_bytes:
            self._complain(too_large(self.url, self.headers, self._limits))
        elif self._fed > MAX_FRAMED_BYTES and self._is_in_body():
            self._complain(BodyTooLarge("The body is far longer than what it holds."))

    def _feed(self, data: bytes) -> None:
        assert self.parser is not None, "nothing is received once the connection is lost"
        while data and not self._is_deaf:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                # An invitation to speak another protocol, which nobody has to take.
                data = data[upgrade.args[0] :]
            else:
                return

    # What the parser says

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._messages += 1
        self._is_in_head = True
        # With others before it, it is not known how much of what was fed is of this message.
        self._is_exact = self._is_at_rest
        self._is_at_rest = False

    def on_header(self, name: bytes, value: bytes) -> None:
        # What comes behind a body must not pass for a header: the head has been judged.
        if self._is_in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        if self._is_deaf:
            return
        assert self.parser is not None, "it is the parser that calls"
        refuse_head(self.parser, self.url, self.headers, self._limits)
        if not self.url.startswith(b"/"):
            self.url = target_of(self.url)
        super().on_headers_complete()
        self.cycle.transport = self._output
        # More than that are not remembered: the client has to repeat what follows the last one.
        self._is_last = len(self.pipeline) >= self._limits.max_pipelined
        if self._is_last or self.expect_100_continue:
            # A client that expected to go on and was refused may send the body all the same, or
            # its next request; nothing tells them apart.
            self.cycle.keep_alive = False
        self._all.works(self)

    def on_body(self, body: bytes) -> None:
        if not self._is_deaf:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if self._is_deaf:
            return
        super().on_message_complete()
        self.cycle.more_body = False
        self._is_deaf = self._is_last

    # What the answers say

    def on_response_complete(self) -> None:
        self.server_state.total_requests += 1
        if self.transport.is_closing() or self._is_leaving:
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        elif self._last_words is not None:
            self._say_farewell(self._last_words)
        elif not self.flow.write_paused:
            self._all.waits(self)

    def _close_after_answer(self) -> None:
        if self._is_deaf or self._is_in_body():
            # Closed while more of it comes, the answer would be lost with it.
            self._leave()
        else:
            self.transport.close()

    # What the connections say

    def look_at(self, now: float) -> None:
        """End what has taken too long, seen from when it was looked at first."""
        phase, progress = self._progress()
        seen = (phase, self._messages, self._drains)
        if seen != self._seen:
            self._seen, self._seen_at, self._seen_progress = seen, now, progress
            return
        earned = max(0, progress - self._seen_progress) / self._limits.min_bytes_per_second
        waited = now - self._seen_at - earned
        if phase is Phase.IDLE and waited > self._limits.idle_seconds:
            self.hang_up()
        elif phase is Phase.HEAD and waited > self._limits.head_seconds:
            self._complain(RequestTimeout("The head of the request did not come in time."))
        elif phase is Phase.BODY and waited > self._limits.body_seconds:
            self._complain(RequestTimeout("The body came too slowly; nothing was done with it."))
        elif phase is Phase.ANSWER and waited > self._limits.answer_seconds:
            self._all.complaints.add("answers cut off that were taken too slowly")
            self.transport.abort()
        elif phase is Phase.FAREWELL and waited > LINGER_SECONDS:
            self.transport.abort()

    def shutdown(self) -> None:
        """The server stops: end at once if there is no request, and after its answer if there is.

        May be called again, for what has come in the meantime.
        """
        if not self._is_leaving:
            super().shutdown()

    def hang_up(self) -> None:
        """Close a connection that has no request."""
        if self.transport.get_write_buffer_size():
            # Closing would wait until that has been taken.
            self.transport.abort()
        else:
            self.transport.close()

    def _progress(self) -> tuple[Phase, int]:
        """What it does, and how many bytes that has come on."""
        unsent = self.transport.get_write_buffer_size()
        if self._is_leaving and not unsent:
            return Phase.FAREWELL, 0
        if self._is_leaving or self.flow.write_paused or self.transport.is_closing():
            return Phase.ANSWER, -unsent
        if self._last_words is not None:
            return Phase.WORK, 0
        # What is not read while requests before it are at work is not late.
        if self._is_in_head and not self.flow.read_paused:
            return Phase.HEAD, 0
        if self._is_in_body() and not self.flow.read_paused:
            return Phase.BODY, self._received
        return (Phase.IDLE if not self.cycle or self._is_done() else Phase.WORK), 0

    def _is_in_body(self) -> bool:
        return bool(self.cycle) and self.cycle.more_body

    def _is_done(self) -> bool:
        """Whether every request that it had was answered."""
        return bool(self.cycle) and self.cycle.response_complete and not self.pipeline

    # Refusals

    def _complain(self, refusal: Refusal) -> None:
        self._all.complaints.add(f"refused as {refusal.code}")
        is_in_body = self._is_in_body()
        if is_in_body and self.pipeline:
            # Half a request whose turn has not come. It is the last of them, and never begun.
            self.pipeline.popleft()
        elif is_in_body and self.cycle.response_started:
            # Said now, this would be taken for the answer to another request.
            self.hang_up()
            return
        elif is_in_body:
            # What the application says to half a body is not wanted any more.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
            self._say_farewell(refusal)
            return
        elif not self.cycle or self.cycle.response_complete:
            self._say_farewell(refusal)
            return
        # Requests before it are at work. Theirs are the next answers.
        self._is_deaf = True
        self._last_words = refusal

    def _say_farewell(self, refusal: Refusal) -> None:
        request_id = ids.new("req")
        response = problem(refusal, request_id, {"connection": "close"})
        headers = [*response.raw_headers, (b"x-request-id", request_id.encode())]
        lines = [b"%s: %s\r\n" % header for header in headers]
        self.transport.write(
            b"".join([STATUS_LINE[refusal.status], *lines, b"\r\n", bytes(response.body)])
        )
        self._leave()

    def _leave(self) -> None:
        """Say no more, and let the client read what was said before it is hung up on."""
        self._is_leaving = self._is_deaf = True
        self._all.works(self)
        self.transport.write_eof()
        self.flow.resume_reading()

    def _discard(self, size: int) -> None:
        self._discarded += size
        if self._discarded > MAX_DISCARDED_BYTES:
            self.transport.abort()


class _Output:
    """The transport as an answer sees it: it can be written to, and closed when that is taken."""

    __slots__ = ("_write", "close", "is_closing")

    def __init__(self, transport: asyncio.Transport, close: Callable[[], None]) -> None:
        self._write = transport.write
        self.is_closing = transport.is_closing
        self.close = close

    def write(self, data: bytes) -> None:
        # Of several requests that wait, only the last is told that its client has left.
        if not self.is_closing():
            self._write(data)
