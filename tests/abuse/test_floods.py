"""More than the server takes on: it says so, and keeps its memory and its word."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator

import httpx
import pytest
from abuse.conftest import Start
from scale import FLOOD_ROUNDS
from server_process import ServerProcess

MIB = 1024 * 1024
CONNECTIONS = 300
HELD_MIB = 8
# What the server holds of bodies, several times over as objects, and what Python keeps of it.
GROWTH_MIB = 160
JUNK = 2000


async def test_a_flood_of_large_writes(start: Start) -> None:
    """Memory stays bounded, what was acknowledged is stored, what was refused is not."""
    server = await start("--max-held-bytes", str(HELD_MIB * MIB), "--max-waiting-writes", "100")
    async with server.client() as client:
        session = await client.sessions.create("contact", "Jane")
        before = server.resident_bytes()
        path = f"/conversations/v2/sessions/{session.id}/messages"

        floods = (flood(server, path, number) for number in range(CONNECTIONS))
        statuses = [status for each in await asyncio.gather(*floods) for status in each]
        grown = server.resident_bytes() - before

        # At once, with no retry.
        await client.sessions.create("contact_2", "Joe")
        stored = [
            m async for m in (await client.sessions.messages.search(session.id)).iterate_all()
        ]

    assert set(statuses) == {201, 503}
    assert len(statuses) == CONNECTIONS * FLOOD_ROUNDS
    assert len(stored) == statuses.count(201)
    assert grown < GROWTH_MIB * MIB, f"{grown / MIB:.0f} MiB more"
    print(f"{statuses.count(201)} taken, {statuses.count(503)} refused; {grown / MIB:.0f} MiB more")
    assert server.complaints() == []
    await server.stop()


@pytest.mark.parametrize("is_announced", [True, False], ids=["announced", "in chunks"])
async def test_a_body_far_too_large_is_told_so_while_it_is_sent(
    start: Start, is_announced: bool
) -> None:
    server = await start()

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(12):
            yield b" " * MIB

    headers = {"authorization": f"Bearer {server.token}"}
    if is_announced:
        headers["content-length"] = str(12 * MIB)
    async with httpx.AsyncClient(base_url=server.base_url, headers=headers) as http:
        for _ in range(5):
            response = await http.post("/conversations/v2/sessions", content=pieces())
            assert (response.status_code, response.json()["code"]) == (413, "body_too_large")
    await server.stop()


async def flood(server: ServerProcess, path: str, number: int) -> list[int]:
    """Post large messages one after the other, whatever is answered."""
    reader, writer = await asyncio.open_connection(*server.address)
    body = json.dumps({"content": {"type": "text", "text": f"{number} " + "a" * 65_000}}).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {server.token}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    statuses = []
    for _ in range(FLOOD_ROUNDS):
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        statuses.append(int(answer.split(b" ")[1]))
        lengths = [line for line in answer.split(b"\r\n") if line.startswith(b"content-length: ")]
        await reader.readexactly(int(lengths[0].split(b" ")[1]))
    writer.close()
    return statuses


async def test_a_flood_of_junk_fills_no_log(start: Start) -> None:
    server = await start()

    for _ in range(JUNK // 100):
        await asyncio.gather(*(junk(server) for _ in range(100)))

    async with server.client() as client:
        await client.sessions.create("contact", "Jane")
    assert server.complaints() == []
    assert len(server.log()) < 10
    await server.stop()


async def junk(server: ServerProcess) -> None:
    reader, writer = await asyncio.open_connection(*server.address)
    writer.write(os.urandom(64) + b"\r\n\r\n")
    assert (await reader.read()).startswith(b"HTTP/1.1 400 ")
    writer.close()
