"""Tokens over the API: what is shown of them, and for how long they let anyone in."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from in_process import Clock, Server

from antonnia_server.auth.lookup import RememberingTokenLookup
from antonnia_server.auth.secrets import hash_secret
from antonnia_server.auth.service.tokens import revoke_token
from antonnia_server.http.refusal import TokenRevoked

TOKENS = "/auth/v1/tokens"
ANY = {"name": "a token", "permissions": ["conversations:read"]}


async def given_token(http: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    response = await http.post(TOKENS, json={**ANY, **fields})
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


async def answer_to(server: Server, secret: str) -> tuple[int, str | None]:
    """How a request with a secret ends, and the code if it is refused."""
    async with server.http(secret) as http:
        response = await http.post("/conversations/v2/sessions/search")
    return response.status_code, response.json()["code"] if response.is_error else None


async def test_a_token_is_made_and_its_secret_is_shown_once(
    http: httpx.AsyncClient, server: Server
) -> None:
    made = await given_token(http)

    assert made["secret"].startswith(made["prefix"])
    assert await answer_to(server, made["secret"]) == (200, None)
    read = (await http.get(f"{TOKENS}/{made['id']}")).json()
    assert "secret" not in read
    assert made.items() >= {key: read[key] for key in read if key != "last_used_at"}.items()
    assert made["secret"] not in (await http.post(f"{TOKENS}/search")).text


async def test_what_is_stored_of_a_secret_is_its_hash(
    http: httpx.AsyncClient, server: Server
) -> None:
    key = {"idempotency-key": "k"}
    first = await http.post(TOKENS, json=ANY, headers=key)

    again = await http.post(TOKENS, json=ANY, headers=key)

    secret = first.json()["secret"]
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json() == {**first.json(), "secret": ""}
    stored = [*server.rows("tokens"), *server.rows("idempotency_keys")]
    assert secret not in repr(stored)
    assert hash_secret(secret) in [row.get("secret_hash") for row in stored]


@pytest.mark.parametrize("wanted", [["*"], ["auth:read", "events:read"], ["auth:admin"]])
async def test_no_token_is_made_that_may_do_more_than_its_maker(
    server: Server, wanted: list[str]
) -> None:
    maker = await server.create_token(server.ours, permissions=["auth:write"])
    before = server.rows("tokens")

    async with server.http(maker) as http:
        refused = await http.post(TOKENS, json={**ANY, "permissions": wanted})
        allowed = await http.post(TOKENS, json={**ANY, "permissions": ["auth:read"]})

    assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")
    assert allowed.status_code == 201
    assert len(server.rows("tokens")) == len(before) + 1


async def test_a_new_secret_is_not_given_to_who_may_do_less_than_the_token(
    http: httpx.AsyncClient, server: Server
) -> None:
    made = await given_token(http, permissions=["*"])
    lesser = await server.create_token(server.ours, permissions=["auth:write"])

    async with server.http(lesser) as http:
        refused = await http.post(f"{TOKENS}/{made['id']}/rotate")

    assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")
    assert await answer_to(server, made["secret"]) == (200, None)


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"permissions": ["sessions:read"]}, ["body", "permissions", 0]),
        ({"permissions": ["*", "events:own"]}, ["body", "permissions", 1]),
        ({"expires_at": "2026-01-02T03:04:05Z"}, ["body", "expires_at"]),
    ],
)
async def test_a_token_that_means_nothing_is_refused(
    http: httpx.AsyncClient, fields: dict[str, Any], where: list[str | int]
) -> None:
    refused = await http.post(TOKENS, json={**ANY, **fields})

    assert refused.status_code == 422
    assert [error["loc"] for error in refused.json()["errors"]] == [where]


async def test_a_token_of_a_user_who_is_no_member_is_refused(http: httpx.AsyncClient) -> None:
    refused = await http.post(TOKENS, json={**ANY, "user_id": "user_none"})

    assert (refused.status_code, refused.json()["code"]) == (404, "user_not_found")


async def test_a_revoked_token_lets_nobody_in_and_is_still_listed(
    http: httpx.AsyncClient, server: Server, clock: Clock
) -> None:
    made = await given_token(http)
    assert await answer_to(server, made["secret"]) == (200, None)

    revoked = await http.delete(f"{TOKENS}/{made['id']}")
    again = await http.delete(f"{TOKENS}/{made['id']}")

    assert (revoked.status_code, again.status_code) == (204, 204)
    assert await answer_to(server, made["secret"]) == (401, "token_revoked")
    read = (await http.get(f"{TOKENS}/{made['id']}")).json()
    assert read["revoked_at"] == clock.now.isoformat().replace("+00:00", "Z")
    active = (await http.post(f"{TOKENS}/search", json={"is_active": True})).json()
    inactive = (await http.post(f"{TOKENS}/search", json={"is_active": False})).json()
    assert made["id"] not in [token["id"] for token in active]
    assert [token["id"] for token in inactive] == [made["id"]]


async def test_a_process_that_is_told_nothing_takes_a_revoked_token_for_a_second(
    http: httpx.AsyncClient, server: Server
) -> None:
    class Deaf:
        """The database as a process sees it that no signal reaches."""

        read, write = server.db.read, server.db.write

        def listen(self, topic: str, callback: object) -> None:
            pass

    now = 100.0
    made = await given_token(http)
    lookup = RememberingTokenLookup(Deaf(), server.hand, lambda: now)  # type: ignore[arg-type]  # enough of one
    await lookup.identify(made["secret"])
    await server.db.write(revoke_token, server.caller, made["id"])

    now += 0.999
    assert (await lookup.identify(made["secret"])).token_id == made["id"]

    now += 0.001
    with pytest.raises(TokenRevoked):
        await lookup.identify(made["secret"])
    await lookup.close()


async def test_what_was_read_before_a_revocation_is_not_remembered_after_it(
    http: httpx.AsyncClient, server: Server
) -> None:
    made = await given_token(http)

    class Slow:
        """Answers what was so before the revocation, after it."""

        write, listen = server.db.write, server.db.listen

        async def read(self, *arguments: Any) -> Any:
            found = await server.db.read(*arguments)
            await http.delete(f"{TOKENS}/{made['id']}")
            return found

    lookup = RememberingTokenLookup(Slow(), server.hand)  # type: ignore[arg-type]  # enough of one
    assert (await lookup.identify(made["secret"])).token_id == made["id"]

    with pytest.raises(TokenRevoked):
        await lookup.identify(made["secret"])
    await lookup.close()


async def test_an_expired_token_lets_nobody_in(
    http: httpx.AsyncClient, server: Server, clock: Clock
) -> None:
    made = await given_token(http, expires_at="2026-01-02T03:05:05Z")
    assert await answer_to(server, made["secret"]) == (200, None)

    await clock.jump(60)

    assert await answer_to(server, made["secret"]) == (401, "token_expired")


async def test_after_a_rotation_both_secrets_work_for_as_long_as_was_asked(
    http: httpx.AsyncClient, server: Server, clock: Clock
) -> None:
    made = await given_token(http)

    rotated = await http.post(f"{TOKENS}/{made['id']}/rotate", json={"overlap_seconds": 60})

    new = rotated.json()
    assert (rotated.status_code, new["id"]) == (200, made["id"])
    assert new["secret"] not in ("", made["secret"])
    assert await answer_to(server, made["secret"]) == (200, None)
    assert await answer_to(server, new["secret"]) == (200, None)
    await clock.jump(60)
    assert await answer_to(server, made["secret"]) == (401, "token_revoked")
    assert await answer_to(server, new["secret"]) == (200, None)


async def test_without_an_overlap_the_old_secret_ends_at_once(
    http: httpx.AsyncClient, server: Server
) -> None:
    made = await given_token(http)
    assert await answer_to(server, made["secret"]) == (200, None)

    await http.post(f"{TOKENS}/{made['id']}/rotate")

    assert await answer_to(server, made["secret"]) == (401, "token_revoked")


async def test_a_second_rotation_ends_the_overlap_of_the_first(
    http: httpx.AsyncClient, server: Server
) -> None:
    made = await given_token(http)
    overlap = {"overlap_seconds": 600}
    first = (await http.post(f"{TOKENS}/{made['id']}/rotate", json=overlap)).json()

    await http.post(f"{TOKENS}/{made['id']}/rotate", json=overlap)

    assert (await answer_to(server, made["secret"]))[0] == 401
    assert await answer_to(server, first["secret"]) == (200, None)


async def test_revoking_ends_both_secrets(http: httpx.AsyncClient, server: Server) -> None:
    made = await given_token(http)
    path = f"{TOKENS}/{made['id']}"
    new = (await http.post(f"{path}/rotate", json={"overlap_seconds": 600})).json()

    await http.delete(path)

    assert await answer_to(server, made["secret"]) == (401, "token_revoked")
    assert await answer_to(server, new["secret"]) == (401, "token_revoked")
    refused = await http.post(f"{path}/rotate")
    assert (refused.status_code, refused.json()["code"]) == (422, "token_not_active")


async def test_a_token_is_renamed(http: httpx.AsyncClient) -> None:
    made = await given_token(http)

    renamed = await http.patch(f"{TOKENS}/{made['id']}", json={"name": "b"})
    refused = await http.patch(f"{TOKENS}/{made['id']}", json={"name": None})

    assert renamed.json()["name"] == "b"
    assert refused.status_code == 422


async def test_that_a_token_is_used_is_noted_once_a_minute(
    http: httpx.AsyncClient, server: Server, clock: Clock
) -> None:
    made = await given_token(http)
    lookup: RememberingTokenLookup = server.state.tokens

    def noted() -> int | None:
        [row] = server.rows("tokens", id=made["id"])
        used: int | None = row["last_used_at"]
        return used

    async def use() -> None:
        await answer_to(server, made["secret"])
        await lookup.close()
        # Another process would ask the database for it.
        lookup.forget()

    assert noted() is None
    await use()
    first = noted()
    assert first == server.hand.now()
    await clock.jump(59)
    await use()
    assert noted() == first
    await clock.jump(1)
    await use()
    assert noted() == server.hand.now()


async def test_pages_of_tokens_are_stable(http: httpx.AsyncClient) -> None:
    made = [(await given_token(http))["id"] for _ in range(3)]

    first = await http.post(f"{TOKENS}/search", json={"limit": 2})
    cursor = first.headers["x-next-cursor"]
    second = await http.post(f"{TOKENS}/search", json={"cursor": cursor})

    assert [token["id"] for token in [*first.json(), *second.json()]][1:] == made


async def test_tokens_of_another_organization_do_not_exist(
    http: httpx.AsyncClient, server: Server
) -> None:
    async with server.http(server.theirs.token) as other:
        theirs = await given_token(other)
    answers = []

    for id in (theirs["id"], "tok_none"):
        for method, path in [("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/rotate")]:
            body = {} if method in ("PATCH", "POST") else None
            response = await http.request(method, f"{TOKENS}/{id}{path}", json=body)
            said = response.json()
            answers.append((response.status_code, said["code"], said["detail"].replace(id, "")))

    assert answers[:4] == answers[4:]
    assert {(status, code) for status, code, _ in answers} == {(404, "token_not_found")}
    assert await answer_to(server, theirs["secret"]) == (200, None)


@pytest.mark.parametrize("prefix", ["/auth/v1", "/auth/api/v1"])
async def test_me_says_whose_the_token_is(
    http: httpx.AsyncClient, server: Server, prefix: str
) -> None:
    me = (await http.get(f"{prefix}/me")).json()

    assert me["organization"]["id"] == server.ours.id
    assert me["token"]["organization_id"] == server.ours.id
    assert me["permissions"][0] == "*"
    assert (me["user"], me["role"]) == (None, None)


async def test_a_token_that_may_do_nothing_may_ask_who_it_is(server: Server) -> None:
    token = await server.create_token(server.ours, permissions=[])

    async with server.http(token) as http:
        me, permissions = await http.get("/auth/v1/me"), await http.get("/auth/v1/permissions")

    assert (me.status_code, me.json()["permissions"]) == (200, [])
    described = {each["name"]: each["roles"] for each in permissions.json()}
    assert described["*"] == ["owner"]
    assert described["conversations:read"] == ["owner", "admin", "agent", "viewer"]


async def test_a_token_that_ends_while_its_request_is_on_its_way_makes_no_other(
    http: httpx.AsyncClient, server: Server
) -> None:
    own = (await http.get("/auth/v1/me")).json()["token"]["id"]
    begun, may_go_on = asyncio.Event(), asyncio.Event()
    body = json.dumps({"name": "one more", "permissions": ["*"]}).encode()

    async def slow_body() -> AsyncIterator[bytes]:
        yield body[:5]
        begun.set()
        await may_go_on.wait()
        yield body[5:]

    making = asyncio.create_task(http.post(TOKENS, content=slow_body()))
    await begun.wait()
    async with server.http(await server.create_token(server.ours)) as owner:
        assert (await owner.delete(f"{TOKENS}/{own}")).status_code == 204
    may_go_on.set()

    refused = await making
    assert (refused.status_code, refused.json()["code"]) == (401, "token_revoked")
    assert [each["name"] for each in server.rows("tokens")].count("one more") == 0
