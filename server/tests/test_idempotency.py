from __future__ import annotations

import asyncio

import httpx
import pytest
from given_platform import (
    SESSIONS,
    given_closed_session,
    given_message,
    given_session,
    messages_of,
    problem_of,
)
from in_process import Clock, RecordedEvents, Server

from antonnia.conversations import Conversations
from antonnia.conversations.exceptions import ValidationError

BODY = {"contact_id": "c", "contact_name": "C"}
DAY_SECONDS = 24 * 60 * 60


def keyed(key: str) -> dict[str, str]:
    return {"idempotency-key": key}


async def test_the_same_request_again_answers_what_the_first_answered(
    http: httpx.AsyncClient, events: RecordedEvents
) -> None:
    first = await http.post(SESSIONS, json=BODY, headers=keyed("k1"))

    again = await http.post(SESSIONS, json=BODY, headers=keyed("k1"))

    assert (again.status_code, again.content) == (201, first.content)
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["content-type"] == "application/json"
    assert again.headers["x-request-id"] != first.headers["x-request-id"]
    assert events.types == ["session.created"]


async def test_of_twenty_at_once_one_has_an_effect(
    http: httpx.AsyncClient, events: RecordedEvents
) -> None:
    answers = await asyncio.gather(
        *(http.post(SESSIONS, json=BODY, headers=keyed("k1")) for _ in range(20))
    )

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotent-replayed" in answer.headers for answer in answers) == 19
    assert events.types == ["session.created"]


async def test_a_replay_answers_what_was_true_then(
    client: Conversations, events: RecordedEvents
) -> None:
    session = await given_session(client)
    finished = await client.sessions.finish(session.id, idempotency_key="k1")
    await client.sessions.update(session.id, {"status": "open"})

    again = await client.sessions.finish(session.id, idempotency_key="k1")

    assert again == finished
    assert (await client.sessions.get(session.id)).status == "open"


async def test_another_key_is_another_request(
    http: httpx.AsyncClient, events: RecordedEvents
) -> None:
    await http.post(SESSIONS, json=BODY, headers=keyed("k1"))
    await http.post(SESSIONS, json=BODY, headers=keyed("k2"))
    await http.post(SESSIONS, json=BODY)

    assert len(events.all()) == 3


async def test_a_message_is_posted_once(client: Conversations) -> None:
    session = await given_session(client)

    one = await given_message(client, session, idempotency_key="k1")
    two = await given_message(client, session, idempotency_key="k1")

    assert one == two
    assert await messages_of(client, session) == [one]


async def test_a_key_with_another_body_is_refused(
    http: httpx.AsyncClient, events: RecordedEvents
) -> None:
    await http.post(SESSIONS, json=BODY, headers=keyed("k1"))

    other = await http.post(SESSIONS, json={**BODY, "contact_name": "D"}, headers=keyed("k1"))

    assert problem_of(other) == (422, "idempotency_key_reused")
    assert len(events.all()) == 1


async def test_a_key_on_another_path_is_refused(
    client: Conversations, http: httpx.AsyncClient
) -> None:
    one, other = await given_session(client), await given_session(client)
    await http.post(f"{SESSIONS}/{one.id}/finish", headers=keyed("k1"))

    response = await http.post(f"{SESSIONS}/{other.id}/finish", headers=keyed("k1"))

    assert problem_of(response) == (422, "idempotency_key_reused")
    assert await client.sessions.get(other.id) == other


@pytest.mark.parametrize("key", ["", " ", "with space", "a" * 256, "ü", "tab\tbed", "\x7f"])
async def test_a_key_that_is_none_is_refused(
    http: httpx.AsyncClient, events: RecordedEvents, key: str
) -> None:
    response = await http.post(SESSIONS, json=BODY, headers={b"Idempotency-Key": key.encode()})

    assert problem_of(response) == (422, "validation_error")
    assert response.json()["errors"][0]["loc"] == ["header", "Idempotency-Key"]
    assert events.all() == []


@pytest.mark.parametrize("key", ["!", "~" * 255, '"quoted"', "a,b;c=d"])
async def test_a_key_is_1_to_255_visible_ascii_characters(
    http: httpx.AsyncClient, key: str
) -> None:
    first = await http.post(SESSIONS, json=BODY, headers=keyed(key))

    again = await http.post(SESSIONS, json=BODY, headers=keyed(key))

    assert again.content == first.content


async def test_a_refusal_is_not_stored(client: Conversations) -> None:
    session = await given_closed_session(client)
    with pytest.raises(ValidationError):
        await client.sessions.transfer(session.id, None, idempotency_key="k1")
    await client.sessions.update(session.id, {"status": "open"})

    transferred = await client.sessions.transfer(session.id, None, idempotency_key="k1")

    assert transferred.agent is None


async def test_a_malformed_request_does_not_use_its_key_up(
    http: httpx.AsyncClient, events: RecordedEvents
) -> None:
    await http.post(SESSIONS, content=b"{", headers=keyed("k1"))

    response = await http.post(SESSIONS, json=BODY, headers=keyed("k1"))

    assert response.status_code == 201


async def test_a_key_is_kept_for_24_hours(
    http: httpx.AsyncClient, clock: Clock, events: RecordedEvents
) -> None:
    first = await http.post(SESSIONS, json=BODY, headers=keyed("k1"))
    await clock.advance(DAY_SECONDS - 1)

    again = await http.post(SESSIONS, json=BODY, headers=keyed("k1"))

    assert again.content == first.content


async def test_a_key_is_free_again_after_24_hours(
    http: httpx.AsyncClient, clock: Clock, server: Server
) -> None:
    first = await http.post(SESSIONS, json=BODY, headers=keyed("k1"))
    await clock.jump(DAY_SECONDS)

    again = await http.post(SESSIONS, json={**BODY, "contact_id": "d"}, headers=keyed("k1"))

    assert again.status_code == 201
    assert again.json()["id"] != first.json()["id"]
    assert len(server.rows("idempotency_keys")) == 1


async def test_keys_that_are_no_longer_kept_are_deleted(
    http: httpx.AsyncClient, clock: Clock, server: Server
) -> None:
    await http.post(SESSIONS, json=BODY, headers=keyed("k1"))
    await clock.advance(DAY_SECONDS / 2)
    await http.post(SESSIONS, json=BODY, headers=keyed("k2"))

    await clock.advance(DAY_SECONDS / 2 + 3600)

    assert [row["key"] for row in server.rows("idempotency_keys")] == ["k2"]


async def test_another_token_has_keys_of_its_own(
    http: httpx.AsyncClient, server: Server, events: RecordedEvents
) -> None:
    first = await http.post(SESSIONS, json=BODY, headers=keyed("k1"))
    token = await server.create_token(server.ours)

    async with server.http(token) as colleague:
        other = await colleague.post(SESSIONS, json=BODY, headers=keyed("k1"))

    assert other.status_code == 201
    assert other.json()["id"] != first.json()["id"]
    assert len(events.all()) == 2


async def test_another_organization_has_keys_of_its_own(
    client: Conversations, other_client: Conversations
) -> None:
    ours = await client.sessions.create("c", "C", idempotency_key="k1")

    theirs = await other_client.sessions.create("d", "D", idempotency_key="k1")

    assert ours.organization_id != theirs.organization_id


async def test_searches_ignore_the_key(http: httpx.AsyncClient, server: Server) -> None:
    for body in [{}, {"limit": 1}]:
        response = await http.post(f"{SESSIONS}/search", json=body, headers=keyed("not valid"))

        assert response.status_code == 200
    assert server.rows("idempotency_keys") == []


async def test_the_effect_and_its_key_are_written_together(
    client: Conversations, server: Server
) -> None:
    session = await client.sessions.create("c", "C", idempotency_key="k1")

    [row] = server.rows("idempotency_keys", key="k1")
    assert row["status"] == 201
    assert session.id.encode() in row["body"]
    assert row["organization_id"] == server.ours.id


async def test_the_same_key_with_another_epoch_is_another_request(
    client: Conversations, http: httpx.AsyncClient
) -> None:
    session = await given_session(client)
    path = f"{SESSIONS}/{session.id}/messages"
    body = {"content": {"type": "text", "text": "Hi"}}
    first = await http.post(path, json=body, headers={**keyed("k1"), "if-session-epoch": "1"})

    again = await http.post(path, json=body, headers={**keyed("k1"), "if-session-epoch": "2"})

    assert first.status_code == 201
    assert problem_of(again) == (422, "idempotency_key_reused")
