"""Where a secret must not be seen, beside all that `tests/secrecy` looks at in every test."""

from __future__ import annotations

import logging

import httpx
import pytest
from in_process import Server

from antonnia.auth import Auth
from antonnia.auth.exceptions import AuthenticationError
from antonnia_server.settings import Settings

SEARCH = "/conversations/v2/sessions/search"


@pytest.mark.parametrize("name", ["token", "access_token", "authorization"])
async def test_a_token_in_the_query_lets_nobody_in_and_is_not_logged(
    server: Server, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    async with server.http() as http:
        refused = await http.post(SEARCH, params={name: server.ours.token})

    assert (refused.status_code, refused.json()["code"]) == (401, "invalid_token")
    assert server.ours.token not in refused.text
    ours = [each for each in caplog.records if each.name.startswith(("antonnia", "uvicorn"))]
    assert server.ours.token not in repr([each.getMessage() for each in ours])


async def test_the_traceback_of_a_failure_shows_no_token(
    server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(secret: str) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(server.state.tokens, "identify", fail)
    async with server.http(server.ours.token, raise_app_exceptions=False) as http:
        failed = await http.post(SEARCH, headers={"x-request-id": "req_1"})

    assert failed.status_code == 500
    [record] = [each for each in caplog.records if each.levelno == logging.ERROR]
    logged = logging.Formatter().format(record)
    assert "req_1" in logged
    assert "RuntimeError: broken" in logged
    assert server.ours.token not in logged + failed.text


async def test_what_is_shown_of_a_client_has_no_token(server: Server) -> None:
    token = "antn_" + "x" * 38
    async with Auth(token, "http://a.test", http_client=server.http(), max_retries=0) as auth:
        with pytest.raises(AuthenticationError) as refused:
            await auth.me()

        shown = [auth, auth.tokens, auth._transport, refused.value, Settings(operator_secret=token)]
    assert token not in "".join(f"{each!r}{each!s}" for each in shown)


async def test_the_document_and_the_figures_have_no_secret(http: httpx.AsyncClient) -> None:
    await http.post("/auth/v1/tokens", json={"name": "a", "permissions": ["auth:read"]})
    for path in ("/openapi.json", "/metrics", "/events/v1/events/search"):
        answer = await (http.post(path) if path.endswith("search") else http.get(path))

        assert answer.is_success
        assert "secret_hash" not in answer.text
