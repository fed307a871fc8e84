from __future__ import annotations

import httpx
import pytest
import sqlalchemy as sa
from given_platform import problem_of
from in_process import FailingDatabase, Server

from antonnia_server.db import StorageFailed, Transaction


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
async def test_a_healthy_server_says_so_to_anyone(server: Server, path: str) -> None:
    async with server.http() as anyone:
        response = await anyone.get(path)

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


async def test_a_server_whose_storage_cannot_be_reached_is_not_ready(
    http: httpx.AsyncClient, server: Server
) -> None:
    server.state.db = FailingDatabase(StorageFailed("gone"))

    ready, live = await http.get("/readyz"), await http.get("/livez")

    assert problem_of(ready) == (503, "storage_unavailable")
    assert ready.headers["retry-after"] == "1"
    assert live.status_code == 200


@pytest.mark.parametrize("revision", ["0000", "9999"])
async def test_a_server_whose_schema_is_another_is_not_ready(
    http: httpx.AsyncClient, server: Server, revision: str
) -> None:
    def change(tx: Transaction) -> None:
        statement = sa.text("UPDATE alembic_version SET version_num = :revision")
        tx.connection.execute(statement, {"revision": revision})

    await server.db.write(change)

    response = await http.get("/readyz")

    assert problem_of(response) == (503, "overloaded")
    assert "migrate" in response.json()["detail"]


async def test_a_bug_behind_the_framework_is_told_without_its_cause(
    http: httpx.AsyncClient, server: Server
) -> None:
    server.state.db = FailingDatabase(RuntimeError("SELECT secret"))

    async with server.http(raise_app_exceptions=False) as http:
        response = await http.get("/readyz")

    assert problem_of(response) == (500, "internal_error")
    assert "secret" not in response.text


async def test_the_documentation_is_served(http: httpx.AsyncClient) -> None:
    document, page = await http.get("/openapi.json"), await http.get("/docs")

    assert document.json()["openapi"].startswith("3.")
    assert "text/html" in page.headers["content-type"]
