"""What tests are given: sessions, agents and messages, made with the real client."""

from __future__ import annotations

from typing import Any

import httpx
from in_process import QUESTION, Server

from antonnia.conversations import Conversations
from antonnia.conversations.types import (
    AgentUpdate,
    AgentUpdateFields,
    AIAgent,
    HumanAgent,
    Message,
    MessageContentText,
    MessageRole,
    Session,
    SessionSearch,
)
from antonnia.orchestrator.types import AssistantCreate
from antonnia_server.conversations import service as conversations
from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.orchestrator import service as orchestrator

SESSIONS = "/conversations/v2/sessions"


async def given_session(
    client: Conversations, contact_id: str = "contact_1", **fields: Any
) -> Session:
    """A session held by the default agent, unless `agent_id` says another."""
    return await client.sessions.create(contact_id, "Jane", **fields)


async def given_closed_session(client: Conversations) -> Session:
    session = await given_session(client)
    return await client.sessions.finish(session.id)


async def given_waiting_session(client: Conversations) -> Session:
    """A session that waits for a person."""
    session = await given_session(client)
    return await client.sessions.transfer(session.id, None)


async def given_failing_session(client: Conversations, server: Server) -> Session:
    """A session whose assistant asks a knowledge base that is gone: every attempt fails."""

    def create(tx: Transaction) -> str:
        created = orchestrator.create_assistant(tx, server.caller, AssistantCreate(name="Broken"))
        orchestrator.add_knowledge(tx, server.caller, created.id, "kb_gone")
        return created.id

    assistant_id = await server.db.write(create)
    agent = await client.agents.create("Broken", "ai", assistant_id=assistant_id)
    session = await given_session(client, agent_id=agent.id)
    await given_message(client, session, QUESTION)
    return session


async def given_ghost(client: Conversations, server: Server) -> AIAgent:
    """An AI agent without an assistant, which older versions let it lose."""
    agent = await client.agents.create("Ghost", "ai", assistant_id=server.ours.assistant_id)
    assert isinstance(agent, AIAgent)
    await take_assistant(server, agent.id)
    return agent


async def take_assistant(server: Server, agent_id: str, *, instead: str = "asst_none") -> None:
    """Let the agent have an assistant that it could not be given now."""
    fields = AgentUpdateFields(assistant_id=instead)

    def take(tx: Transaction) -> None:
        conversations.update_agent(
            tx, server.caller, agent_id, AgentUpdate(fields=fields), hold_assistant=lambda *_: True
        )

    await server.db.write(take)


async def given_person(client: Conversations, name: str = "Ana") -> HumanAgent:
    agent = await client.agents.create(name, "human", profile_id=f"profile_{name}")
    assert isinstance(agent, HumanAgent)
    return agent


async def given_message(
    client: Conversations,
    session: Session,
    text: str = "Hello",
    role: MessageRole = "user",
    **fields: Any,
) -> Message:
    content = MessageContentText(text=text)
    return await client.sessions.messages.create(session.id, content, role, **fields)


async def messages_of(client: Conversations, session: Session) -> list[Message]:
    return list(await client.sessions.messages.search(session.id))


async def texts_of_agents(client: Conversations, session: Session) -> list[str]:
    """What agents have said, in order."""
    found = await client.sessions.messages.search(session.id, role="assistant")
    return [m.content.text for m in found if isinstance(m.content, MessageContentText)]


def problem_of(response: httpx.Response) -> tuple[int, str]:
    """The status and code of a refusal, which has all that the contract asks of one."""
    body = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "code", "request_id"} <= body.keys()
    assert body["status"] == response.status_code
    assert isinstance(body["detail"], str)
    assert body["request_id"] == response.headers["x-request-id"]
    return response.status_code, body["code"]


def plan_of_search(tx: Transaction, caller: Caller, body: SessionSearch) -> list[str]:
    """How SQLite runs each statement of a search for sessions."""
    statements: list[str] = []
    tx.cursor.connection.set_trace_callback(statements.append)
    conversations.search_sessions(tx, caller, body)
    tx.cursor.connection.set_trace_callback(None)
    return [
        row[3]
        for statement in statements
        for row in tx.cursor.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
    ]
