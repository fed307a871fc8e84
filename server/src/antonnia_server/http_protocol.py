"""HTTP on a socket, with the refusals of the parser said as all others are."""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from . import ids
from .http.edge import problem
from .http.refusal import BadRequest


class HttpProtocol(HttpToolsProtocol):
    """uvicorn's, but for the requests that never become one and so never reach the application."""

    def send_400_response(self, msg: str) -> None:
        if self._is_answer_due():
            # Said now, this would be taken for that answer.
            self.transport.close()
            return
        if self.cycle:
            # Half a body has come; what the application says to it is not wanted any more.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        request_id = ids.new("req")
        refusal = BadRequest(
            "The request is not HTTP/1.1 as RFC 9112 has it; the connection is closed."
        )
        response = problem(refusal, request_id)
        headers = [
            *response.raw_headers,
            (b"x-request-id", request_id.encode()),
            (b"connection", b"close"),
        ]
        lines = [b"%s: %s\r\n" % header for header in headers]
        self.transport.write(
            b"".join([STATUS_LINE[refusal.status], *lines, b"\r\n", bytes(response.body)])
        )
        self.transport.close()

    def _is_answer_due(self) -> bool:
        """Whether a request that was well formed waits for its answer, or for the rest of it."""
        if not self.cycle or self.cycle.response_complete:
            return False
        return bool(self.pipeline) or self.cycle.response_started or not self.cycle.more_body
