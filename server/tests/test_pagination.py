from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest
from given_platform import SESSIONS, given_message, given_person, given_session, problem_of
from in_process import Clock

from antonnia.conversations import Conversations
from antonnia.conversations.exceptions import ValidationError

SEARCHES = [
    f"{SESSIONS}/search",
    "/conversations/v2/messages/search",
    "/conversations/v2/agents/search",
]


async def given_sessions(client: Conversations, count: int) -> list[str]:
    """That many sessions, newest first."""
    return [(await given_session(client)).id for _ in range(count)][::-1]


async def test_a_search_answers_an_array(client: Conversations, http: httpx.AsyncClient) -> None:
    ids = await given_sessions(client, 2)

    response = await http.post(f"{SESSIONS}/search")

    assert [each["id"] for each in response.json()] == ids
    assert "x-next-cursor" not in response.headers


async def test_offset_and_limit_skip_and_take(client: Conversations) -> None:
    ids = await given_sessions(client, 5)

    page = await client.sessions.search(offset=1, limit=3)

    assert [session.id for session in page] == ids[1:4]
    assert page.next_cursor is not None


async def test_an_offset_beyond_the_end_finds_nothing(client: Conversations) -> None:
    await given_sessions(client, 2)

    page = await client.sessions.search(offset=2**63 - 1)

    assert (page, page.next_cursor) == ([], None)


@pytest.mark.parametrize(("limit", "has_more"), [(2, True), (3, False), (4, False)])
async def test_there_is_a_cursor_while_there_is_more(
    client: Conversations, limit: int, has_more: bool
) -> None:
    await given_sessions(client, 3)

    page = await client.sessions.search(limit=limit)

    assert (page.next_cursor is not None) is has_more


async def test_the_limit_is_100_unless_it_is_given(client: Conversations) -> None:
    session = await given_session(client)
    for number in range(101):
        await given_message(client, session, str(number))

    page = await client.sessions.messages.search(session.id)

    assert len(page) == 100
    assert page.next_cursor is not None


@pytest.mark.parametrize("path", SEARCHES)
@pytest.mark.parametrize(
    "body",
    [
        {"limit": 0},
        {"limit": 1001},
        {"limit": "5"},
        {"limit": 1.0},
        {"limit": True},
        {"offset": -1},
        {"offset": "0"},
    ],
)
async def test_a_page_that_cannot_be_is_refused(
    http: httpx.AsyncClient, path: str, body: dict[str, Any]
) -> None:
    response = await http.post(path, json=body)

    assert problem_of(response) == (422, "validation_error")
    assert response.json()["errors"][0]["loc"] == ["body", *body]


@pytest.mark.parametrize("path", SEARCHES)
@pytest.mark.parametrize("limit", [1, 1000])
async def test_a_limit_has_1_to_1000(http: httpx.AsyncClient, path: str, limit: int) -> None:
    response = await http.post(path, json={"limit": limit})

    assert response.status_code == 200


async def test_all_pages_together_have_everything_once(client: Conversations) -> None:
    ids = await given_sessions(client, 7)

    page = await client.sessions.search(limit=2)

    assert [session.id async for session in page.iterate_all()] == ids


async def test_sessions_of_one_moment_and_of_several_come_newest_first(
    client: Conversations, clock: Clock
) -> None:
    ids = await given_sessions(client, 3)
    await clock.advance(1)
    ids = await given_sessions(client, 3) + ids

    page = await client.sessions.search(limit=2)

    assert [session.id async for session in page.iterate_all()] == ids


async def test_a_cursor_neither_repeats_nor_skips_while_sessions_are_added(
    client: Conversations,
) -> None:
    ids = await given_sessions(client, 4)
    page = await client.sessions.search(limit=2)
    seen = [session.id for session in page]

    while page is not None:
        await given_session(client)
        page = await page.next_page()
        seen += [session.id for session in page or ()]

    assert seen == ids


@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_a_cursor_of_messages_neither_repeats_nor_skips_while_messages_are_added(
    client: Conversations, order: Any
) -> None:
    session = await given_session(client)
    for number in range(4):
        await given_message(client, session, str(number))
    page = await client.sessions.messages.search(session.id, limit=2, order=order)
    seen = [message.position for message in page]

    await given_message(client, session, "new")
    page = await page.next_page()
    assert page is not None
    seen += [message.position for message in page]

    assert seen == ([1, 2, 3, 4] if order == "asc" else [4, 3, 2, 1])


async def test_messages_of_all_sessions_come_session_by_session(client: Conversations) -> None:
    sessions = [await given_session(client) for _ in range(3)]
    for _ in range(2):
        for session in sessions:
            await given_message(client, session)

    page = await client.sessions.messages.search(limit=4)

    found = [(m.session_id, m.position) async for m in page.iterate_all()]
    assert found == [(session.id, n) for session in sessions for n in (1, 2)]


async def test_agents_come_oldest_first_page_by_page(client: Conversations) -> None:
    people = [await given_person(client, str(number)) for number in range(5)]

    page = await client.agents.search("human", limit=2)

    assert [agent.id async for agent in page.iterate_all()] == [person.id for person in people]


async def test_a_cursor_keeps_the_filters_of_its_search(client: Conversations) -> None:
    wanted = [(await given_session(client, metadata={"a": 1})).id for _ in range(4)][::-1]
    await given_sessions(client, 2)

    page = await client.sessions.search(metadata={"a": 1}, limit=3)

    assert [session.id async for session in page.iterate_all()] == wanted


@pytest.mark.parametrize("offset", [0, 1])
async def test_a_cursor_and_an_offset_are_refused_together(
    client: Conversations, offset: int
) -> None:
    await given_sessions(client, 3)
    page = await client.sessions.search(limit=1)

    with pytest.raises(ValidationError) as refused:
        await client.sessions.search(cursor=page.next_cursor, offset=offset)

    assert refused.value.errors[0]["loc"] == ["body", "offset"]


async def cursor_of(http: httpx.AsyncClient, path: str) -> str:
    return (await http.post(path, json={"limit": 1})).headers["x-next-cursor"]


async def test_a_cursor_of_another_search_is_refused(
    client: Conversations, http: httpx.AsyncClient
) -> None:
    for _ in range(2):
        session = await given_session(client)
        await given_message(client, session)
        await given_message(client, session)
        await given_person(client, session.id)
    cursors = {path: await cursor_of(http, path) for path in SEARCHES}

    for path in SEARCHES:
        for origin, cursor in cursors.items():
            response = await http.post(path, json={"cursor": cursor})

            assert response.status_code == (200 if origin == path else 422)


def packed(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "nonsense",
        "ü",
        "!!!!",
        packed([]),
        packed({}),
        packed(None),
        packed(["sessions"]),
        packed(["sessions", 1, 2]),
        packed(["sessions", "1", "2"]),
        packed(["sessions", True, "sess_1"]),
        packed(["sessions", 1.0, "sess_1"]),
        packed(["sessions", 1, None]),
        packed(["sessions", 1, "sess_1", 1]),
        packed(["sessions", 2**63, "sess_1"]),
        packed(["sessions", -(10**30), "sess_1"]),
        packed(["sessions", 1, "\ud800"]),
        base64.urlsafe_b64encode(b"[" * 100_000).decode(),
        base64.urlsafe_b64encode(b"1" * 10_000).decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
    ids=lambda cursor: cursor[:20],
)
async def test_a_cursor_that_no_search_gave_is_refused(
    http: httpx.AsyncClient, cursor: str
) -> None:
    response = await http.post(f"{SESSIONS}/search", json={"cursor": cursor})

    assert problem_of(response) == (422, "validation_error")
    assert response.json()["errors"][0]["loc"] == ["body", "cursor"]
