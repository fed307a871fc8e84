"""Refusals and request ids, at the wire."""

from __future__ import annotations

import httpx
import pytest
from given_platform import SESSIONS, given_session, problem_of
from in_process import FailingDatabase, Server

from antonnia.conversations import Conversations
from antonnia.conversations.exceptions import AuthenticationError, NotFoundError, ValidationError
from antonnia_server.auth.secrets import new_secret
from antonnia_server.clock import SECOND
from antonnia_server.db import StorageFailed, Transaction
from antonnia_server.db.tables import metadata


async def test_a_refusal_says_what_and_how_to_act(http: httpx.AsyncClient) -> None:
    response = await http.get(f"{SESSIONS}/sess_none")

    assert problem_of(response) == (404, "session_not_found")
    assert response.json() == {
        "type": "urn:antonnia:error:session_not_found",
        "title": "No such session",
        "status": 404,
        "detail": "There is no session 'sess_none'.",
        "code": "session_not_found",
        "request_id": response.headers["x-request-id"],
    }


async def test_the_client_raises_what_the_server_refuses(client: Conversations) -> None:
    with pytest.raises(NotFoundError) as refused:
        await client.sessions.get("sess_none")

    assert refused.value.status_code == 404
    assert refused.value.message == "There is no session 'sess_none'."
    assert refused.value.request_id == refused.value.response_data["request_id"]


async def test_every_invalid_field_is_listed(http: httpx.AsyncClient) -> None:
    body = {"contact_id": 1, "status": "asleep", "metadata": []}

    response = await http.post(SESSIONS, json=body)

    assert problem_of(response) == (422, "validation_error")
    errors = response.json()["errors"]
    assert {tuple(error["loc"]) for error in errors} == {
        ("body", "contact_id"),
        ("body", "contact_name"),
        ("body", "status"),
        ("body", "metadata"),
    }
    assert all(error.keys() == {"loc", "msg", "type"} for error in errors)


async def test_a_refusal_does_not_repeat_what_was_sent(http: httpx.AsyncClient) -> None:
    response = await http.post(SESSIONS, json={"contact_id": ["a secret"], "contact_name": 5})

    assert "a secret" not in response.text


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Basic dXNlcjpwYXNz",
        "antn_without_a_scheme",
        "Bearer nonsense",
        "Bearer antn_" + "0" * 38,
        "Bearer ü",
    ],
)
@pytest.mark.parametrize(("method", "path"), [("GET", f"{SESSIONS}/s"), ("POST", SESSIONS)])
async def test_who_is_not_known_is_refused(
    server: Server, header: str | None, method: str, path: str
) -> None:
    headers = [] if header is None else [(b"authorization", header.encode())]

    async with server.http() as http:
        response = await http.request(method, path, headers=headers)

    assert problem_of(response) == (401, "invalid_token")
    assert response.headers["www-authenticate"] == "Bearer"


async def test_a_well_formed_token_that_was_never_given_is_refused(server: Server) -> None:
    async with server.http(new_secret()) as http:
        response = await http.get(f"{SESSIONS}/s")

    assert problem_of(response) == (401, "invalid_token")


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_the_scheme_may_be_in_any_case(server: Server, scheme: str) -> None:
    async with server.http() as http:
        headers = {"authorization": f"{scheme} {server.ours.token}"}
        response = await http.post(f"{SESSIONS}/search", headers=headers)

    assert response.status_code == 200


async def given_token_with(server: Server, **columns: int) -> str:
    token = await server.create_token(server.ours, "doomed")

    def change(tx: Transaction) -> None:
        tokens = metadata.tables["tokens"]
        tx.connection.execute(tokens.update().where(tokens.c.name == "doomed").values(**columns))

    await server.db.write(change)
    return token


async def test_an_expired_token_is_refused(server: Server) -> None:
    token = await given_token_with(server, expires_at=server.hand.now())

    async with server.http(token) as http:
        response = await http.get(f"{SESSIONS}/s")

    assert problem_of(response) == (401, "token_expired")


async def test_a_token_that_has_not_expired_is_taken(server: Server) -> None:
    token = await given_token_with(server, expires_at=server.hand.now() + 1)

    async with server.http(token) as http:
        response = await http.get(f"{SESSIONS}/s")

    assert response.status_code == 404


async def test_a_token_is_refused_from_the_moment_it_expires(server: Server) -> None:
    token = await given_token_with(server, expires_at=server.hand.now() + SECOND)
    async with server.http(token) as http:
        before = await http.get(f"{SESSIONS}/s")

        server.hand.move_to(server.hand.now() + SECOND)
        after = await http.get(f"{SESSIONS}/s")

    assert before.status_code == 404
    assert problem_of(after) == (401, "token_expired")


async def test_a_revoked_token_is_refused(server: Server) -> None:
    token = await given_token_with(server, revoked_at=server.hand.now())

    async with server.http(token) as http:
        response = await http.get(f"{SESSIONS}/s")

    assert problem_of(response) == (401, "token_revoked")


async def test_the_client_raises_for_a_token_that_is_not_known(server: Server) -> None:
    async with Conversations("nonsense", "http://x.test", http_client=server.http()) as client:
        with pytest.raises(AuthenticationError) as refused:
            await client.sessions.get("sess_1")

    assert refused.value.code == "invalid_token"


@pytest.mark.parametrize(
    "path", ["/", "/nothing", "/conversations/v2", "/conversations/v1/sessions"]
)
async def test_where_nothing_is_nothing_is_found(http: httpx.AsyncClient, path: str) -> None:
    response = await http.get(path)

    assert problem_of(response) == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "path"),
    [("DELETE", SESSIONS), ("PUT", f"{SESSIONS}/s"), ("GET", "/testing/v1/clock")],
)
async def test_a_method_that_a_path_does_not_take_is_refused(
    http: httpx.AsyncClient, method: str, path: str
) -> None:
    response = await http.request(method, path)

    assert problem_of(response) == (405, "method_not_allowed")


@pytest.mark.parametrize("session_id", ["%2F", "a%2Fb", "..%2f", "%F0%9F%98%80", "a" * 5000])
async def test_an_id_of_any_characters_is_one_that_does_not_exist(
    http: httpx.AsyncClient, session_id: str
) -> None:
    response = await http.get(f"{SESSIONS}/{session_id}")

    assert problem_of(response) == (404, "session_not_found")


@pytest.mark.parametrize("id", ["%00", "a%00b", "%ff", "%C0%80", "%ED%A0%80"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", SESSIONS + "/{id}"),
        ("POST", SESSIONS + "/{id}/messages"),
        ("GET", "/sessions/{id}"),
        ("DELETE", "/conversations/v2/agents/{id}"),
        ("GET", "/{id}"),
    ],
)
async def test_a_path_that_is_no_text_is_refused_before_anyone_looks_for_it(
    server: Server, method: str, path: str, id: str
) -> None:
    # Not even the token is looked up.
    async with server.http() as anyone:
        response = await anyone.request(method, path.format(id=id))

    assert problem_of(response) == (404, "not_found")


async def test_an_id_of_the_client_stays_one_segment(client: Conversations) -> None:
    session = await given_session(client)

    with pytest.raises(NotFoundError) as refused:
        await client.sessions.get(f"x/../{session.id}")

    assert refused.value.code == "session_not_found"


@pytest.mark.parametrize("given", ["abc", "req_1", "A-Z.a_z:0", "x" * 128])
async def test_a_valid_request_id_is_kept(
    http: httpx.AsyncClient, server: Server, given: str
) -> None:
    body = {"contact_id": "c", "contact_name": "C"}

    response = await http.post(SESSIONS, json=body, headers={"x-request-id": given})

    assert response.headers["x-request-id"] == given
    [event] = server.rows("events", object_id=response.json()["id"])
    assert event["request_id"] == given


@pytest.mark.parametrize("given", ["", "with space", "x" * 129, "ü", "a/b", "a\tb", '"'])
async def test_a_request_id_that_is_not_valid_is_replaced(
    http: httpx.AsyncClient, given: str
) -> None:
    response = await http.post(f"{SESSIONS}/search", headers=[(b"x-request-id", given.encode())])

    assert response.headers["x-request-id"].startswith("req_")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/livez"),
        ("GET", "/openapi.json"),
        ("GET", "/nothing"),
        ("DELETE", SESSIONS),
        ("GET", f"{SESSIONS}/sess_none"),
        ("POST", SESSIONS),
        ("POST", "/testing/v1/clock"),
    ],
)
async def test_every_response_carries_one_request_id(
    http: httpx.AsyncClient, method: str, path: str
) -> None:
    response = await http.request(method, path, headers={"x-request-id": "mine"})

    assert response.headers.get_list("x-request-id") == ["mine"]


@pytest.mark.parametrize(
    ("error", "status", "code", "retry_after"),
    [
        (StorageFailed("disk full: /secret/path"), 503, "storage_unavailable", 5),
        (RuntimeError("SELECT secret FROM tokens"), 500, "internal_error", None),
    ],
)
async def test_a_failure_is_told_without_its_cause(
    http: httpx.AsyncClient,
    server: Server,
    error: Exception,
    status: int,
    code: str,
    retry_after: int | None,
) -> None:
    await http.post(f"{SESSIONS}/search")
    server.state.db = FailingDatabase(error)

    response = await http.post(SESSIONS, json={"contact_id": "c", "contact_name": "C"})

    assert problem_of(response) == (status, code)
    assert "secret" not in response.text
    assert response.json().get("retry_after") == retry_after
    assert response.headers.get("retry-after") == (retry_after and str(retry_after))


async def test_a_mistake_found_before_sending_is_the_same_error(client: Conversations) -> None:
    with pytest.raises(ValidationError) as before:
        await client.sessions.create("", "C")

    assert (before.value.status_code, before.value.code) == (422, "validation_error")
