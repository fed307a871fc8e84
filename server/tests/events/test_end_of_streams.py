"""A stream ends when whoever follows may do so no more, though nothing happens in the log."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
from in_process import Server
from listening import Listening, Wire
from listening import listening as listening_on

from antonnia_server.clock import SECOND, to_datetime
from antonnia_server.settings import Limits

AUTH = "/auth/v1"
STREAM = "/events/v1/stream"
# Far less than an idle stream waits until it says that it lives.
SOON_SECONDS = 8
Json = dict[str, Any]
End = Callable[[httpx.AsyncClient, Json], Awaitable[httpx.Response]]


@pytest.fixture
async def listening(server: Server) -> AsyncIterator[Listening]:
    async with listening_on(server, Limits()) as listening:
        yield listening


async def follow(listening: Listening, secret: str) -> Wire:
    wire = await listening.connect()
    wire.send(
        f"GET {STREAM} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {secret}\r\n\r\n".encode()
    )
    await wire.reader.readuntil(b"id: 0\n\n")
    return wire


async def revoke(http: httpx.AsyncClient, token: Json) -> httpx.Response:
    return await http.delete(f"{AUTH}/tokens/{token['id']}")


async def rotate(http: httpx.AsyncClient, token: Json) -> httpx.Response:
    return await http.post(f"{AUTH}/tokens/{token['id']}/rotate")


async def remove_user(http: httpx.AsyncClient, token: Json) -> httpx.Response:
    return await http.delete(f"{AUTH}/users/{token['user_id']}")


async def remove_member(http: httpx.AsyncClient, token: Json) -> httpx.Response:
    found = await http.post(f"{AUTH}/members/search", json={"user_id": token["user_id"]})
    return await http.delete(f"{AUTH}/members/{found.json()[0]['id']}")


@pytest.mark.parametrize("end", [revoke, rotate, remove_user, remove_member])
async def test_a_stream_that_waits_ends_with_its_token(
    http: httpx.AsyncClient, server: Server, listening: Listening, end: End
) -> None:
    user = await http.post(f"{AUTH}/users", json={"name": "Ana", "email": "ana@example.com"})
    body = {"name": "a", "permissions": ["events:read"], "user_id": user.json()["id"]}
    token = (await http.post(f"{AUTH}/tokens", json=body)).json()
    ended, other = (
        await follow(listening, token["secret"]),
        await follow(listening, server.ours.token),
    )

    answer = await end(http, token)

    assert answer.is_success, answer.text
    async with asyncio.timeout(SOON_SECONDS):
        assert (await ended.reader.readuntil(b"0\r\n\r\n")).endswith(b"0\r\n\r\n")
    assert server.state.streams._count == 1
    await other.close()


async def test_a_stream_that_waits_ends_when_its_token_expires(
    http: httpx.AsyncClient, server: Server, listening: Listening
) -> None:
    expires_at = to_datetime(server.hand.now() + SECOND // 10).isoformat()
    body = {"name": "a", "permissions": ["events:read"], "expires_at": expires_at}
    token = (await http.post(f"{AUTH}/tokens", json=body)).json()
    wire = await follow(listening, token["secret"])

    server.hand.move_to(server.hand.now() + SECOND)

    async with asyncio.timeout(SOON_SECONDS):
        assert (await wire.reader.readuntil(b"0\r\n\r\n")).endswith(b"0\r\n\r\n")
