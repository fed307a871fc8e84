"""Where a secret must not be seen, beside all that `tests/secrecy` looks at in every test."""

from __future__ import annotations

import logging

import httpx
import psycopg
import pytest
from given_postgres import Cluster
from in_process import Server, Template
from secrecy.databases import look_through
from secrecy.known import TOKEN, WEBHOOK, Known

from antonnia.auth import Auth
from antonnia.auth.exceptions import AuthenticationError
from antonnia_server.auth import secrets
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


async def test_the_document_the_figures_and_the_log_have_no_secret(
    http: httpx.AsyncClient, server: Server
) -> None:
    token = {"name": "a", "permissions": ["auth:read"]}
    made = (await http.post("/auth/v1/tokens", json=token)).json()
    rotated = await http.post(f"/auth/v1/tokens/{made['id']}/rotate")
    webhook = (await http.post("/events/v1/webhooks", json={"url": "https://a.test"})).json()
    renewed = await http.post(f"/events/v1/webhooks/{webhook['id']}/rotate")
    answers = [rotated.json(), renewed.json(), made, webhook]
    known = [server.ours.token, *(answer["secret"] for answer in answers)]
    assert all(known)
    for path in ("/openapi.json", "/metrics", "/events/v1/events/search", "/auth/v1/audit/search"):
        answer = await (http.post(path) if path.endswith("search") else http.get(path))

        assert answer.is_success
        assert "secret_hash" not in answer.text
        assert not [secret[:9] for secret in known if secret[9:20] in answer.text]
        # Nor is one an example, which somebody would take for theirs.
        assert not TOKEN.search(answer.text)
        assert not WEBHOOK.search(answer.text)


@pytest.mark.postgres_only
async def test_a_secret_in_a_column_is_found_on_postgresql_too(
    cluster: Cluster, template: Template
) -> None:
    secret, signing = secrets.new_secret(), f"whsec_{'a' * 43}="
    known = Known()
    known.note("token", secret)
    url, empty = cluster.create(), cluster.create()
    with psycopg.connect(url) as db:
        db.execute("CREATE TABLE webhooks (secret text, old_secrets jsonb, headers jsonb)")
        db.execute("CREATE TABLE answers (body bytea, shown text)")
        db.execute("INSERT INTO webhooks VALUES (%s, %s, '{}')", [signing, f'["{signing}"]'])
        db.execute("INSERT INTO answers VALUES (%s, %s)", [signing.encode(), secret[20:31]])
        db.execute("INSERT INTO answers VALUES (%s, 'none')", [secret.encode()])

    found = list(look_through(url, known))

    assert not list(look_through(empty, known))
    for each in (url, empty):
        cluster.drop(each)
    assert set(found) == {
        "answers.body holds webhook secret whsec_aaa…",
        f"answers.body holds token {secret[:9]}…",
        f"answers.shown holds token {secret[:9]}…",
    }
