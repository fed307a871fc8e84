from __future__ import annotations

from datetime import timedelta, timezone
from typing import Any

import httpx
import pytest
from given_platform import (
    SESSIONS,
    given_closed_session,
    given_person,
    given_session,
    given_waiting_session,
    problem_of,
)
from in_process import START, Clock, Server

from antonnia.conversations import Conversations
from antonnia.conversations.types import Session


def ids(sessions: list[Session]) -> list[str]:
    return [session.id for session in sessions]


async def test_sessions_come_newest_first(client: Conversations, clock: Clock) -> None:
    old = await given_session(client)
    await clock.advance(1)
    new = await given_session(client)

    assert ids(await client.sessions.search()) == [new.id, old.id]


async def test_sessions_are_found_by_contact(client: Conversations) -> None:
    wanted = await given_session(client, "contact_1")
    await given_session(client, "contact_11")

    assert await client.sessions.search("contact_1") == [wanted]


async def test_sessions_are_found_by_status(client: Conversations) -> None:
    is_open, is_closed = await given_session(client), await given_closed_session(client)

    assert ids(await client.sessions.search(status="open")) == [is_open.id]
    assert ids(await client.sessions.search(status="closed")) == [is_closed.id]


async def test_sessions_are_found_by_agent(client: Conversations, server: Server) -> None:
    ana = await given_person(client)
    with_ana = await given_session(client, agent_id=ana.id)
    with_ada = await given_session(client)

    assert ids(await client.sessions.search(agent_id=ana.id)) == [with_ana.id]
    assert ids(await client.sessions.search(agent_id=server.ours.agent_id)) == [with_ada.id]


async def test_sessions_that_nobody_holds_are_found_by_an_agent_of_null(
    client: Conversations,
) -> None:
    await given_session(client)
    waiting = await given_waiting_session(client)

    assert ids(await client.sessions.search(agent_id=None)) == [waiting.id]


async def test_sessions_are_found_by_when_they_were_created(
    client: Conversations, clock: Clock
) -> None:
    created = []
    for _ in range(3):
        created.append((await given_session(client)).id)
        await clock.advance(60)
    middle = START + timedelta(seconds=60)
    search = client.sessions.search

    assert ids(await search(created_after=middle)) == [created[2]]
    assert ids(await search(created_before=middle)) == [created[0]]
    around = timedelta(microseconds=1)
    assert ids(await search(created_after=middle - around, created_before=middle + around)) == [
        created[1]
    ]


async def test_a_time_may_be_in_any_zone(client: Conversations) -> None:
    session = await given_session(client)
    zone = timezone(timedelta(hours=5, minutes=30))
    moment = (START - timedelta(seconds=1)).astimezone(zone)

    assert ids(await client.sessions.search(created_after=moment)) == [session.id]


async def test_all_filters_hold_together(client: Conversations) -> None:
    ana = await given_person(client)
    wanted = await given_session(client, "contact_1", agent_id=ana.id)
    await given_session(client, "contact_1")
    await given_session(client, "contact_2", agent_id=ana.id)
    closed = await given_session(client, "contact_1", agent_id=ana.id)
    await client.sessions.finish(closed.id)

    found = await client.sessions.search("contact_1", "open", agent_id=ana.id)

    assert ids(found) == [wanted.id]


async def test_a_session_follows_its_changes(client: Conversations) -> None:
    session = await given_session(client)
    ana = await given_person(client)
    await client.sessions.transfer(session.id, ana.id)

    closed = await client.sessions.finish(session.id)

    assert await client.sessions.search(status="closed", agent_id=ana.id) == [closed]


async def test_a_null_is_a_filter_that_was_not_given(
    client: Conversations, http: httpx.AsyncClient
) -> None:
    session = await given_session(client)
    names = ["contact_id", "status", "metadata", "created_after", "created_before", "cursor"]

    response = await http.post(f"{SESSIONS}/search", json=dict.fromkeys(names))

    assert [each["id"] for each in response.json()] == [session.id]


@pytest.mark.parametrize(
    "body",
    [
        {"status": "asleep"},
        {"contact_id": 5},
        {"created_after": "2026-01-01"},
        {"created_after": "2026-01-01T00:00:00"},
        {"created_before": 5},
        {"created_before": "0001-01-01T00:00:00+14:00"},
        {"metadata": []},
    ],
)
async def test_a_filter_that_cannot_be_is_refused(
    http: httpx.AsyncClient, body: dict[str, Any]
) -> None:
    response = await http.post(f"{SESSIONS}/search", json=body)

    assert problem_of(response) == (422, "validation_error")
    assert response.json()["errors"][0]["loc"] == ["body", *body]


async def test_a_misspelt_filter_is_refused(http: httpx.AsyncClient) -> None:
    response = await http.post(f"{SESSIONS}/search", json={"contact": "contact_1"})

    assert problem_of(response) == (422, "unknown_field")
