"""The audit log: who did what, in the transaction of what was done, and changed by nobody."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from in_process import Clock, Server

from antonnia_server import operator
from antonnia_server.auth.service import audit

AUTH = "/auth/v1"
SESSIONS = "/conversations/v2/sessions"
CONTACT = {"contact_id": "c", "contact_name": "C"}
DAY = 24 * 60 * 60


async def entries(http: httpx.AsyncClient, **wanted: Any) -> list[dict[str, Any]]:
    response = await http.post(f"{AUTH}/audit/search", json=wanted)
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()
    return found


async def test_every_change_says_who_did_what(
    http: httpx.AsyncClient, server: Server, clock: Clock
) -> None:
    me = (await http.get(f"{AUTH}/me")).json()

    made = await http.post(SESSIONS, json=CONTACT, headers={"x-request-id": "req_1"})
    session_id = made.json()["id"]
    message = {"content": {"type": "text", "text": "Hello"}}
    message_id = (await http.post(f"{SESSIONS}/{session_id}/messages", json=message)).json()["id"]
    await http.post(f"{SESSIONS}/{session_id}/finish")
    agent = {"name": "Ana", "type": "human", "profile_id": "p"}
    agent_id = (await http.post("/conversations/v2/agents", json=agent)).json()["id"]
    await http.delete(f"/conversations/v2/agents/{agent_id}")

    found = await entries(http)
    assert [(entry["action"], entry["object_id"]) for entry in found][::-1] == [
        ("create_session", session_id),
        ("create_message", message_id),
        ("finish_session", session_id),
        ("create_agent", agent_id),
        ("delete_agent", agent_id),
    ]
    first = found[-1]
    assert first["token_id"] == me["token"]["id"]
    assert first["organization_id"] == server.ours.id
    assert (first["address"], first["request_id"]) == ("127.0.0.1", "req_1")
    assert first["created_at"] == clock.now.isoformat().replace("+00:00", "Z")


async def test_what_was_refused_or_only_read_is_not_there(http: httpx.AsyncClient) -> None:
    await http.post(SESSIONS, json={})
    await http.post(f"{SESSIONS}/sess_none/finish")
    await http.post(f"{SESSIONS}/search")

    assert await entries(http) == []


async def test_what_is_answered_again_was_done_once(http: httpx.AsyncClient) -> None:
    for _ in range(2):
        await http.post(SESSIONS, json=CONTACT, headers={"idempotency-key": "k"})

    assert len(await entries(http)) == 1


async def test_it_holds_no_secret(http: httpx.AsyncClient, server: Server) -> None:
    body = {"name": "a", "permissions": ["auth:read"]}
    made = (await http.post(f"{AUTH}/tokens", json=body)).json()

    await http.post(f"{AUTH}/tokens/{made['id']}/rotate")

    found = await entries(http, object_id=made["id"])
    assert [entry["action"] for entry in found] == ["rotate_token", "create_token"]
    assert made["secret"] not in repr(server.rows("audit_entries"))


async def test_it_is_searched_by_what_who_and_when(
    http: httpx.AsyncClient, server: Server, clock: Clock
) -> None:
    other = await server.create_token(server.ours)
    async with server.http(other) as second:
        await second.post(SESSIONS, json=CONTACT)
        of_second = (await second.get(f"{AUTH}/me")).json()["token"]["id"]
    await clock.advance(10)
    later = clock.now.isoformat()
    made = (await http.post(SESSIONS, json=CONTACT)).json()["id"]
    await http.post(f"{SESSIONS}/{made}/finish")

    assert [e["token_id"] for e in await entries(http, token_id=of_second)] == [of_second]
    assert [e["object_id"] for e in await entries(http, action="finish_session")] == [made]
    assert len(await entries(http, since=later)) == 2
    assert len(await entries(http, until=later)) == 1
    assert await entries(http, user_id="user_none") == []


async def test_its_pages_are_stable_and_exported_as_lines(http: httpx.AsyncClient) -> None:
    for _ in range(5):
        await http.post(SESSIONS, json=CONTACT)
    everything = await entries(http)

    first = await http.post(f"{AUTH}/audit/export", json={"limit": 3})
    await http.post(SESSIONS, json=CONTACT)
    cursor = first.headers["x-next-cursor"]
    second = await http.post(f"{AUTH}/audit/export", json={"limit": 3, "cursor": cursor})

    lines = (first.text + second.text).splitlines()
    assert [json.loads(line) for line in lines] == everything
    assert first.headers["content-type"].startswith("application/jsonl")
    assert "x-next-cursor" not in second.headers


async def test_an_organization_reads_its_own_alone(http: httpx.AsyncClient, server: Server) -> None:
    async with server.http(server.theirs.token) as other:
        await other.post(SESSIONS, json=CONTACT)

        assert len(await entries(other)) == 1
    assert await entries(http) == []


async def test_it_is_read_by_admins_only(server: Server) -> None:
    token = await server.create_token(server.ours, permissions=["auth:write"])

    async with server.http(token) as http:
        answers = [await http.post(f"{AUTH}/audit/{each}") for each in ("search", "export")]

    assert [answer.status_code for answer in answers] == [403, 403]


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_entries SET action = 'other'", "DELETE FROM audit_entries"]
)
async def test_nobody_changes_it_past_the_server_either(
    http: httpx.AsyncClient, server: Server, statement: str
) -> None:
    await http.post(SESSIONS, json=CONTACT)
    before = server.rows("audit_entries")

    with pytest.raises(sa.exc.DBAPIError, match="only added to"), server.engine.begin() as raw:
        raw.exec_driver_sql(statement)

    assert server.rows("audit_entries") == before


async def test_what_is_kept_long_enough_is_forgotten(
    http: httpx.AsyncClient, server: Server, clock: Clock
) -> None:
    await http.post(SESSIONS, json=CONTACT)
    await clock.advance(10 * DAY)
    await http.post(SESSIONS, json=CONTACT)

    await clock.advance(356 * DAY)

    [kept] = server.rows("audit_entries")
    assert kept["created_at"] == server.hand.now() - 356 * DAY * 1_000_000


async def test_many_old_entries_are_forgotten_in_pieces(
    http: httpx.AsyncClient, server: Server, clock: Clock
) -> None:
    def fill(tx: Any) -> None:
        for number in range(audit.PIECE + 1):
            audit.record(tx, server.caller, "create_session", None, (f"sess_{number}",))

    await server.db.write(fill)

    await clock.advance(367 * DAY)

    assert server.rows("audit_entries") == []


async def test_what_the_operator_does_is_there_without_a_token(
    http: httpx.AsyncClient, server: Server
) -> None:
    order = operator.TokenOrder(organization="ours", name="shop")
    made = await server.db.write(operator.CREATE_TOKEN.work, order)
    revocation = operator.RevocationOrder(organization="ours", token_id=made.token_id)
    await server.db.write(operator.REVOKE_TOKEN.work, revocation)

    found = await entries(http)

    assert [(e["action"], e["object_id"], e.get("token_id")) for e in found] == [
        ("revoke_token", made.token_id, None),
        ("create_token", made.token_id, None),
    ]
