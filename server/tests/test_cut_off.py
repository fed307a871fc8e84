"""Requests that come to no end: the client hangs up, or the server stops."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest
from given_platform import SESSIONS
from in_process import RecordedEvents, Server
from starlette.types import Message, Scope


class Wire:
    """A connection on which half a request has come."""

    def __init__(self, server: Server) -> None:
        self.sent: list[Message] = []
        self.is_waiting = asyncio.Event()
        self.next: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self.scope: Scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "POST",
            "path": SESSIONS,
            "raw_path": SESSIONS.encode(),
            "query_string": b"",
            "headers": [(b"authorization", f"Bearer {server.ours.token}".encode())],
        }
        self._first: Message = {"type": "http.request", "body": b"{", "more_body": True}
        self._receives = 0

    async def receive(self) -> Message:
        self._receives += 1
        if self._receives == 1:
            return self._first
        self.is_waiting.set()
        return await self.next

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    def problem(self) -> dict[str, Any]:
        start, body = self.sent
        assert (b"content-type", b"application/problem+json") in start["headers"]
        problem: dict[str, Any] = json.loads(body["body"])
        return problem


async def test_a_client_that_hangs_up_is_nobodys_error(
    server: Server, events: RecordedEvents, caplog: pytest.LogCaptureFixture
) -> None:
    wire = Wire(server)
    wire.next.set_result({"type": "http.disconnect"})

    await server.app(wire.scope, wire.receive, wire.send)

    assert wire.sent == []
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
    assert events.all() == []


async def test_a_request_that_a_stop_cuts_off_is_told_to_repeat(
    server: Server, events: RecordedEvents
) -> None:
    wire = Wire(server)
    request = asyncio.create_task(server.app(wire.scope, wire.receive, wire.send))
    await wire.is_waiting.wait()

    request.cancel()
    await asyncio.gather(request, return_exceptions=True)

    problem = wire.problem()
    assert (problem["status"], problem["code"], problem["retry_after"]) == (503, "overloaded", 1)
    assert "Idempotency-Key" in problem["detail"]
    assert events.all() == []
