"""Clients that leave while requests of theirs wait."""

from __future__ import annotations

import asyncio

import pytest
from abuse.conftest import Start

ONE = b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.mark.parametrize("last", [b"", b"GARBAGE\r\n\r\n"], ids=["close", "garbage"])
async def test_requests_that_nobody_waits_for_any_more_are_no_error(
    start: Start, last: bytes
) -> None:
    server = await start()

    for _ in range(20):
        _, writer = await asyncio.open_connection(*server.address)
        writer.write(ONE * 3 + last)
        await writer.drain()
        writer.transport.abort()
    async with server.client() as client:
        await client.sessions.search()

    assert server.complaints() == []
    await server.stop()
