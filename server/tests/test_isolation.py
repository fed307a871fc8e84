"""What belongs to another organization does not exist."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import httpx
import pytest
from given_platform import SESSIONS, given_message, given_person, given_session, take_assistant
from in_process import QUESTION, Clock, Server

from antonnia.conversations import Conversations
from antonnia.conversations.exceptions import NotFoundError

ABSENT = {
    "session": "sess_none",
    "message": "msg_none",
    "agent": "agent_none",
    "assistant": "asst_none",
}


class Theirs(NamedTuple):
    session: str
    message: str
    agent: str
    assistant: str


@pytest.fixture
async def theirs(other_client: Conversations, server: Server) -> Theirs:
    session = await given_session(other_client, "contact_1", metadata={"secret": "theirs"})
    message = await given_message(other_client, session, provider_message_id="wamid.1")
    agent = await given_person(other_client)
    return Theirs(session.id, message.id, agent.id, server.theirs.assistant_id)


TEXT = {"content": {"type": "text", "text": "Hi"}}
REQUESTS: list[tuple[str, str, dict[str, Any] | None]] = [
    ("GET", "/sessions/{session}", None),
    ("PATCH", "/sessions/{session}", {"metadata": {}}),
    ("PATCH", "/sessions/{session}", {"fields": {"agent_id": "{agent}"}}),
    ("POST", "/agents", {"name": "Spy", "type": "ai", "assistant_id": "{assistant}"}),
    ("POST", "/sessions/{session}/transfer", {"agent_id": "{agent}"}),
    ("POST", "/sessions/{session}/finish", {}),
    ("POST", "/sessions/{session}/reply", {}),
    ("POST", "/sessions/{session}/messages", {**TEXT, "provider_message_id": "wamid.1"}),
    ("POST", "/sessions/{session}/messages/search", {}),
    ("GET", "/sessions/{session}/messages/{message}", None),
    ("PATCH", "/sessions/{session}/messages/{message}", {"delivery_status": "read"}),
    ("GET", "/sessions/{ours}/messages/{message}", None),
    ("PATCH", "/sessions/{ours}/messages/{message}", {"delivery_status": "read"}),
    ("GET", "/agents/{agent}", None),
    ("PATCH", "/agents/{agent}", {"fields": {"name": "Mine"}}),
    ("DELETE", "/agents/{agent}", None),
    ("POST", "/sessions", {"contact_id": "c", "contact_name": "C", "agent_id": "{agent}"}),
    ("PATCH", "/sessions/{ours}", {"fields": {"agent_id": "{agent}"}}),
    ("POST", "/sessions/{ours}/transfer", {"agent_id": "{agent}"}),
    ("POST", "/sessions/{ours}/messages", {**TEXT, "role": "assistant", "agent_id": "{agent}"}),
]


def filled(value: Any, names: dict[str, str]) -> Any:
    """`value` with every `{name}` in it replaced."""
    if isinstance(value, dict):
        return {key: filled(each, names) for key, each in value.items()}
    return re.sub(r"\{(\w+)\}", lambda m: names[m[1]], value) if isinstance(value, str) else value


@pytest.mark.parametrize(("method", "path", "body"), REQUESTS)
async def test_an_id_of_another_organization_is_one_that_does_not_exist(
    client: Conversations,
    http: httpx.AsyncClient,
    server: Server,
    theirs: Theirs,
    method: str,
    path: str,
    body: dict[str, Any] | None,
) -> None:
    ours = await given_session(client)
    before = {table: server.rows(table) for table in ("sessions", "messages", "agents", "events")}
    answers = []

    for names in [theirs._asdict(), ABSENT]:
        names = {**names, "ours": ours.id}
        url = "/conversations/v2" + filled(path, names)
        content = {} if body is None else {"json": filled(body, names)}
        response = await http.request(method, url, **content)
        told = response.text.replace(response.headers["x-request-id"], "")
        for name, id in names.items():
            told = told.replace(id, f"<{name}>")
        answers.append((response.status_code, told))

    assert answers[0] == answers[1]
    assert answers[0][0] == 404
    assert before == {table: server.rows(table) for table in before}


async def test_searches_find_nothing_of_another_organization(
    client: Conversations, theirs: Theirs, server: Server
) -> None:
    sessions, messages = client.sessions, client.sessions.messages

    assert await sessions.search() == []
    assert await sessions.search(contact_id="contact_1") == []
    assert await sessions.search(metadata={"secret": "theirs"}) == []
    assert await sessions.search(agent_id=server.theirs.agent_id) == []
    assert await messages.search() == []
    assert await messages.search(provider_message_id="wamid.1") == []
    assert {agent.id for agent in await client.agents.search()} == {server.ours.agent_id}
    assert await client.agents.search(profile_id="profile_Ana") == []


@pytest.mark.parametrize("session_id", ["theirs", "absent"])
async def test_a_search_for_messages_of_a_foreign_session_finds_none(
    http: httpx.AsyncClient, theirs: Theirs, session_id: str
) -> None:
    wanted = theirs.session if session_id == "theirs" else "sess_none"

    response = await http.post("/conversations/v2/messages/search", json={"session_id": wanted})

    assert (response.status_code, response.json()) == (200, [])


async def test_a_cursor_of_another_organization_leads_to_nothing_of_theirs(
    client: Conversations, other_client: Conversations
) -> None:
    for _ in range(3):
        await given_session(other_client)
    ours = await given_session(client)
    page = await other_client.sessions.search(limit=1)

    found = await client.sessions.search(cursor=page.next_cursor)

    assert {session.id for session in found} <= {ours.id}


async def test_the_same_contact_is_two_contacts_in_two_organizations(
    client: Conversations, other_client: Conversations
) -> None:
    ours = await given_session(client, "contact_1")
    theirs = await given_session(other_client, "contact_1")

    assert ours.conversation_id != theirs.conversation_id


async def test_each_organization_has_a_default_agent_of_its_own(
    client: Conversations, other_client: Conversations, server: Server
) -> None:
    ours, theirs = await given_session(client), await given_session(other_client)

    assert ours.agent is not None
    assert theirs.agent is not None
    assert ours.agent.id == server.ours.agent_id
    assert theirs.agent.id == server.theirs.agent_id


async def test_an_agent_is_not_given_an_assistant_of_another_organization(
    client: Conversations, server: Server
) -> None:
    refusals = []
    for assistant_id in (server.theirs.assistant_id, "asst_none"):
        with pytest.raises(NotFoundError) as refused:
            await client.agents.update(server.ours.agent_id, assistant_id=assistant_id)
        refusals.append(refused.value.message.replace(assistant_id, "asst"))

    assert refusals[0] == refusals[1]


async def test_an_assistant_of_another_organization_answers_nobody(
    client: Conversations, clock: Clock, server: Server
) -> None:
    # No request gives it to our agent; if it had it all the same, nothing would come of it.
    await take_assistant(server, server.ours.agent_id, instead=server.theirs.assistant_id)
    session = await given_session(client)
    await given_message(client, session, QUESTION)

    await client.sessions.reply(session.id)
    await clock.settle()

    [window] = server.rows("reply_windows")
    assert (window["outcome"], window["reason"]) == ("hand_off", "assistant_not_found")


async def test_each_organization_has_positions_of_its_own(
    client: Conversations, other_client: Conversations, server: Server
) -> None:
    await given_session(client)
    await given_session(other_client)
    await given_session(client)

    def positions(organization_id: str) -> list[int]:
        return sorted(e["position"] for e in server.rows("events", organization_id=organization_id))

    assert positions(server.ours.id) == [1, 2]
    assert positions(server.theirs.id) == [1]


@pytest.mark.parametrize("path", [f"{SESSIONS}/search", "/sessions/search"])
async def test_who_has_no_token_finds_nothing(server: Server, path: str) -> None:
    async with server.http() as stranger:
        response = await stranger.post(path)

    assert response.status_code == 401
