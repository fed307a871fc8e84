"""What a server says of itself."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from server_process import ServerProcess

PATIENCE_SECONDS = 60.0
READY = "ok"


async def until_ready_says(server: ServerProcess, wanted: str) -> dict[str, Any]:
    """Ask until readiness is `READY` or this code of an error; what it answered then."""
    async with (
        asyncio.timeout(PATIENCE_SECONDS),
        httpx.AsyncClient(base_url=server.base_url) as anyone,
    ):
        while True:
            response = await anyone.get("/readyz")
            body: dict[str, Any] = response.json()
            if wanted == (READY if response.status_code == 200 else body["code"]):
                return body
            await asyncio.sleep(0.01)


async def until_use_is_noted(server: ServerProcess) -> None:
    """Ask until it is written down that the token is used: the next write is another's."""
    headers = {"authorization": f"Bearer {server.token}"}
    async with (
        asyncio.timeout(PATIENCE_SECONDS),
        httpx.AsyncClient(base_url=server.base_url, headers=headers) as owner,
    ):
        while True:
            me = (await owner.get("/auth/v1/me")).json()
            if me["token"].get("last_used_at") is not None:
                return
            await asyncio.sleep(0.01)
