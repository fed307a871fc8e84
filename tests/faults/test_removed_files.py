"""Files that are taken away under a running server."""

from __future__ import annotations

import shutil
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import pytest
from faults.readiness import READY, until_ready_says
from server_process import ServerProcess

from antonnia.conversations import Conversations
from antonnia.conversations.exceptions import ServerError


@pytest.fixture
async def server(tmp_path: Path) -> AsyncGenerator[ServerProcess]:
    server = ServerProcess(tmp_path / "data")
    try:
        await server.start()
        yield server
    finally:
        await server.close()


async def test_when_the_log_is_removed_no_write_is_taken_and_none_is_lost(
    server: ServerProcess,
) -> None:
    """A server that went on would acknowledge what is gone with it."""
    async with server.client() as client:
        await client.sessions.create("before", "Ana")
        server.database.with_name("antonnia.db-wal").unlink()

        refused = await refusal_of_create(client)
        ready = await until_ready_says(server, "storage_unavailable")

    assert refused.code == "storage_unavailable"
    assert "the server's log says why" in ready["detail"]
    assert "antonnia.db-wal is gone or was replaced" in server.logged
    await server.kill()
    await server.start()
    assert "warning" not in server.logged
    async with server.client() as client:
        assert [session.contact_id for session in await client.sessions.search()] == ["before"]


async def test_when_the_directory_is_removed_the_server_says_so_and_ends_well(
    server: ServerProcess,
) -> None:
    async with server.client() as client:
        shutil.rmtree(server.data)

        refused = await refusal_of_create(client)
        async with httpx.AsyncClient(base_url=server.base_url) as anyone:
            live = await anyone.get("/livez")

    assert refused.code == "storage_unavailable"
    assert live.status_code == 200
    assert f"the database file {server.database} is gone or was replaced" in server.logged
    await server.stop()
    assert "Traceback" not in server.logged


async def test_a_directory_that_comes_back_is_used_again(server: ServerProcess) -> None:
    away = server.data.with_name("away")
    async with server.client() as client:
        server.data.rename(away)
        await refusal_of_create(client)
        await until_ready_says(server, "storage_unavailable")

        away.rename(server.data)

        await until_ready_says(server, READY)
        await client.sessions.create("after", "Ana")


async def refusal_of_create(client: Conversations) -> ServerError:
    with pytest.raises(ServerError) as refused:
        await client.sessions.create("refused", "Ana")
    return refused.value
