"""Thousands of connections that do nothing stop nobody."""

from __future__ import annotations

import resource

import pytest
from abuse.conftest import Start
from abuse.crowd import crowd

CROWD = 10_000
# The crowd's and the server's own, besides the connections.
OTHER_FILES = 300


@pytest.mark.parametrize("said", ["", "GET /livez HTT"], ids=["silent", "half a head"])
async def test_ten_thousand_idle_connections_do_not_stop_an_honest_client(
    start: Start, said: str
) -> None:
    _, may_open = resource.getrlimit(resource.RLIMIT_NOFILE)
    if may_open < CROWD + OTHER_FILES:
        pytest.skip(f"a process may open {may_open} files here, too few for {CROWD} connections")
    server = await start()

    async with crowd(server.address, CROWD, said), server.client() as client:
        made = [await client.sessions.create(f"contact_{i}", "Jane") for i in range(50)]
        found = await client.sessions.search(limit=100)

    assert {session.id for session in found} == {session.id for session in made}
    assert server.complaints() == []
    await server.stop()


async def test_more_connections_than_the_server_may_open_files(start: Start) -> None:
    server = await start(max_files=160)

    async with crowd(server.address, 1000), server.client(max_retries=3) as client:
        made = [await client.sessions.create(f"contact_{i}", "Jane") for i in range(50)]
        found = await client.sessions.search(limit=100)

    assert {session.id for session in found} == {session.id for session in made}
    assert server.complaints() == []
    # One line about all of them, not one for each.
    assert len(server.log()) < 10
    await server.stop()
