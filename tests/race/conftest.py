"""One server for all races, with an AI agent and a person."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from race.place import Place
from server_process import ServerProcess


@pytest.fixture
async def place(tmp_path: Path) -> AsyncGenerator[Place]:
    server = ServerProcess(tmp_path / "data")
    try:
        await server.start()
        async with server.client() as client:
            person = await client.agents.create("Ana", "human", profile_id="ana")
            yield Place(server, client, person.id)
    finally:
        await server.close()
