"""Users and members: who is in an organization, and what they may do there."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from in_process import Server

AUTH = "/auth/v1"


async def given_member(http: httpx.AsyncClient, email: str, role: str) -> dict[str, Any]:
    response = await http.post(f"{AUTH}/members", json={"email": email, "role": role})
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


async def given_token_of(
    http: httpx.AsyncClient, member: dict[str, Any], permissions: list[str]
) -> str:
    body = {"name": "own", "permissions": permissions, "user_id": member["user_id"]}
    response = await http.post(f"{AUTH}/tokens", json=body)
    assert response.status_code == 201, response.text
    secret: str = response.json()["secret"]
    return secret


async def test_a_user_is_made_a_member_and_found(http: httpx.AsyncClient) -> None:
    body = {"name": "Ana", "email": "Ana@example.com", "role": "agent"}

    made = (await http.post(f"{AUTH}/users", json=body)).json()

    found = (await http.get(f"{AUTH}/users/{made['id']}")).json()
    [searched] = (await http.post(f"{AUTH}/users/search", json={"email": "ana@EXAMPLE.com"})).json()
    [member] = (await http.post(f"{AUTH}/members/search", json={"user_id": made["id"]})).json()
    assert made == found == searched
    assert (made["name"], made["email"]) == ("Ana", "Ana@example.com")
    assert member["role"] == "agent"


async def test_nobody_is_a_member_twice(http: httpx.AsyncClient) -> None:
    await given_member(http, "ana@example.com", "agent")

    body = {"email": "ANA@example.com", "role": "viewer"}
    refused = await http.post(f"{AUTH}/members", json=body)

    assert (refused.status_code, refused.json()["code"]) == (409, "member_exists")


async def test_what_an_organization_says_of_a_person_no_other_one_learns(
    http: httpx.AsyncClient, server: Server
) -> None:
    body = {"name": "Ana, the boss", "email": "ana@example.com"}
    ours = (await http.post(f"{AUTH}/users", json=body)).json()

    async with server.http(server.theirs.token) as other:
        before = await other.get(f"{AUTH}/users/{ours['id']}")
        theirs = await other.post(f"{AUTH}/users", json={**body, "name": "Ana"})
        await other.patch(f"{AUTH}/users/{ours['id']}", json={"name": "Nobody"})

    assert before.status_code == 404
    assert theirs.status_code == 201
    assert theirs.json()["id"] == ours["id"]
    assert (await http.get(f"{AUTH}/users/{ours['id']}")).json() == ours


async def test_a_token_of_a_user_does_what_it_says_and_the_role_allows(
    http: httpx.AsyncClient, server: Server
) -> None:
    member = await given_member(http, "ana@example.com", "viewer")
    secret = await given_token_of(http, member, ["conversations:write", "auth:read"])

    async with server.http(secret) as own:
        me = (await own.get(f"{AUTH}/me")).json()
        read = await own.post("/conversations/v2/sessions/search")
        written = await own.post("/conversations/v2/sessions", json={})

    assert me["permissions"] == ["auth:read", "conversations:read"]
    assert (me["user"]["id"], me["role"]) == (member["user_id"], "viewer")
    assert (read.status_code, written.status_code) == (200, 403)


async def test_a_new_role_holds_for_tokens_at_once(http: httpx.AsyncClient, server: Server) -> None:
    member = await given_member(http, "ana@example.com", "agent")
    secret = await given_token_of(http, member, ["*"])
    contact = {"contact_id": "c", "contact_name": "C"}

    async with server.http(secret) as own:
        before = await own.post("/conversations/v2/sessions", json=contact)
        await http.patch(f"{AUTH}/members/{member['id']}", json={"role": "viewer"})
        after = await own.post("/conversations/v2/sessions", json=contact)

    assert (before.status_code, after.status_code) == (201, 403)


@pytest.mark.parametrize("by", ["members", "users"])
async def test_who_is_removed_is_let_in_no_more(
    http: httpx.AsyncClient, server: Server, by: str
) -> None:
    member = await given_member(http, "ana@example.com", "admin")
    secret = await given_token_of(http, member, ["auth:read"])

    id = member["id"] if by == "members" else member["user_id"]
    removed = await http.delete(f"{AUTH}/{by}/{id}")

    async with server.http(secret) as own:
        refused = await own.get(f"{AUTH}/me")
    assert removed.status_code == 204
    assert (refused.status_code, refused.json()["code"]) == (401, "token_revoked")
    assert (await http.get(f"{AUTH}/members/{member['id']}")).status_code == 404
    assert (await http.get(f"{AUTH}/users/{member['user_id']}")).status_code == 404


@pytest.mark.parametrize("round", range(5))
async def test_no_token_that_is_made_beside_a_removal_outlives_it(
    http: httpx.AsyncClient, server: Server, round: int
) -> None:
    member = await given_member(http, "ana@example.com", "admin")
    body = {"name": "own", "permissions": ["auth:read"], "user_id": member["user_id"]}

    *made, removed = await asyncio.gather(
        *(http.post(f"{AUTH}/tokens", json=body) for _ in range(4)),
        http.delete(f"{AUTH}/members/{member['id']}"),
    )

    assert removed.status_code == 204
    assert {each.status_code for each in made} <= {201, 404}
    # Whoever comes back does not bring old tokens with them.
    await given_member(http, "ana@example.com", "admin")
    for token in [each.json() for each in made if each.status_code == 201]:
        async with server.http(token["secret"]) as own:
            assert (await own.get(f"{AUTH}/me")).json()["code"] == "token_revoked"


async def test_the_last_owner_stays(http: httpx.AsyncClient) -> None:
    ana = await given_member(http, "ana@example.com", "owner")
    path = f"{AUTH}/members/{ana['id']}"

    refused = [
        await http.delete(path),
        await http.delete(f"{AUTH}/users/{ana['user_id']}"),
        await http.patch(path, json={"role": "admin"}),
    ]

    assert {(each.status_code, each.json()["code"]) for each in refused} == {(422, "last_owner")}
    await given_member(http, "bea@example.com", "owner")
    assert (await http.patch(path, json={"role": "admin"})).status_code == 200


async def test_nobody_gives_a_role_that_may_do_more_than_they(
    http: httpx.AsyncClient, server: Server
) -> None:
    owner = await given_member(http, "ana@example.com", "owner")
    await given_member(http, "eve@example.com", "owner")
    member = await given_member(http, "bea@example.com", "viewer")
    admin = await server.create_token(
        server.ours, permissions=[f"{each}:admin" for each in ("auth", "conversations")]
    )
    before = server.rows("members")

    async with server.http(admin) as own:
        refused = [
            await own.post(f"{AUTH}/members", json={"email": "x@example.com", "role": "owner"}),
            await own.post(f"{AUTH}/members", json={"email": "x@example.com", "role": "admin"}),
            await own.patch(f"{AUTH}/members/{member['id']}", json={"role": "owner"}),
            await own.patch(f"{AUTH}/members/{owner['id']}", json={"role": "viewer"}),
            await own.delete(f"{AUTH}/members/{owner['id']}"),
        ]

    assert {(e.status_code, e.json()["code"]) for e in refused} == {(403, "permission_denied")}
    assert server.rows("members") == before


async def test_members_of_another_organization_do_not_exist(
    http: httpx.AsyncClient, server: Server
) -> None:
    async with server.http(server.theirs.token) as other:
        theirs = await given_member(other, "ana@example.com", "agent")
    answers = []

    for member, user in [(theirs["id"], theirs["user_id"]), ("memb_none", "user_none")]:
        for path in (f"members/{member}", f"users/{user}"):
            for method in ("GET", "PATCH", "DELETE"):
                body = {} if method == "PATCH" else None
                said = (await http.request(method, f"{AUTH}/{path}", json=body)).json()
                detail = said["detail"].replace(member, "").replace(user, "")
                answers.append((said["status"], said["code"], detail))

    assert answers[:6] == answers[6:]
    assert {status for status, *_ in answers} == {404}
    assert (await http.post(f"{AUTH}/members/search")).json() == []
    assert (await http.post(f"{AUTH}/users/search")).json() == []
