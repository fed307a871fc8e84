from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from given_platform import SESSIONS, given_message, given_session, problem_of, texts_of_agents
from in_process import QUESTION, START, Clock, Server

from antonnia.conversations import Conversations
from antonnia_server.app import create_app
from antonnia_server.clock import SECOND, SystemClock
from antonnia_server.db.sqlite import SqliteDatabase
from antonnia_server.kept_clock import LATEST
from antonnia_server.settings import Settings

CLOCK = "/testing/v1/clock"


async def test_the_clock_stands_still(client: Conversations, clock: Clock) -> None:
    one, other = await given_session(client), await given_session(client)

    assert one.created_at == other.created_at == START


async def test_advancing_moves_the_clock(http: httpx.AsyncClient, client: Conversations) -> None:
    response = await http.post(CLOCK, json={"advance": 90.5})

    assert response.json() == {"now": "2026-01-02T03:05:35.500000Z"}
    session = await given_session(client)
    assert (session.created_at - START).total_seconds() == 90.5


async def test_setting_moves_the_clock(http: httpx.AsyncClient) -> None:
    response = await http.post(CLOCK, json={"set": "2026-01-02T05:00:00+01:00"})

    assert response.json() == {"now": "2026-01-02T04:00:00Z"}


async def test_setting_it_to_what_it_shows_changes_nothing(http: httpx.AsyncClient) -> None:
    response = await http.post(CLOCK, json={"set": "2026-01-02T03:04:05Z"})

    assert response.json() == {"now": "2026-01-02T03:04:05Z"}


async def test_everything_that_became_due_is_done_at_its_time(
    client: Conversations, clock: Clock
) -> None:
    sessions = [await given_session(client) for _ in range(3)]
    for number, session in enumerate(sessions):
        await given_message(client, session, QUESTION)
        await client.sessions.reply(session.id, 30 - 10 * number)

    await clock.advance(3600)

    answers = [await client.sessions.messages.search(s.id, role="assistant") for s in sessions]
    seconds = [(found[0].created_at - START).total_seconds() for found in answers]
    assert seconds == [30, 20, 10]


async def test_what_is_not_due_yet_is_left(client: Conversations, clock: Clock) -> None:
    session = await given_session(client)
    await given_message(client, session, QUESTION)
    await client.sessions.reply(session.id, 10)

    await clock.advance(9)

    assert await texts_of_agents(client, session) == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"advance": None},
        {"advance": 1, "set": "2027-01-01T00:00:00Z"},
        {"advance": -1},
        {"advance": "1"},
        {"advance": 1e18},
        {"advance": 10 * 365 * 24 * 60 * 60 + 1},
        {"set": "2036-01-02T03:04:05Z"},
        {"set": "9000-01-01T00:00:00.000001Z"},
        {"set": "2020-01-01T00:00:00Z"},
        {"set": "2027-01-01T00:00:00"},
        {"set": "9999-12-31T23:59:59-14:00"},
        {"set": 5},
        {"move": 1},
    ],
)
async def test_a_move_that_cannot_be_is_refused(
    http: httpx.AsyncClient, clock: Clock, body: dict[str, Any]
) -> None:
    response = await http.post(CLOCK, json=body)

    assert problem_of(response)[0] == 422
    assert clock.now == START


async def test_moves_at_once_are_one_after_the_other(http: httpx.AsyncClient, clock: Clock) -> None:
    responses = await asyncio.gather(*(http.post(CLOCK, json={"advance": 10}) for _ in range(20)))

    assert {response.status_code for response in responses} == {200}
    assert len({response.json()["now"] for response in responses}) == 20
    assert (clock.now - START).total_seconds() == 200


async def test_the_clock_ends_with_the_year_9000(http: httpx.AsyncClient, server: Server) -> None:
    server.hand.move_to(LATEST - 10 * SECOND)

    beyond = await http.post(CLOCK, json={"advance": 11})
    end = await http.post(CLOCK, json={"set": "9000-01-01T00:00:00Z"})

    assert problem_of(beyond) == (422, "validation_error")
    assert "leads beyond the year 9000" in beyond.json()["detail"]
    assert end.json() == {"now": "9000-01-01T00:00:00Z"}


async def test_a_stranger_does_not_move_the_clock(server: Server) -> None:
    async with server.http() as stranger:
        response = await stranger.post(CLOCK, json={"advance": 1})

    assert problem_of(response) == (401, "invalid_token")


async def test_a_server_that_follows_the_wall_clock_has_no_such_path(database_path: Path) -> None:
    clock = SystemClock()
    app = create_app(SqliteDatabase(database_path, clock), clock, Settings())

    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://x.test") as http:
        response = await http.post(CLOCK, json={"advance": 1})
        searched = await http.get("/openapi.json")

    assert problem_of(response) == (404, "not_found")
    assert CLOCK not in searched.json()["paths"]
    assert f"{SESSIONS}" in searched.json()["paths"]
