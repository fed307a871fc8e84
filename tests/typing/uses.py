"""What a type checker has to see in the clients; mypy and pyright check it, nobody runs it."""

from __future__ import annotations

from typing import assert_type

from antonnia.auth import Auth, SyncAuth
from antonnia.auth.exceptions import TokenExpiredError
from antonnia.auth.types import AuditEntry, Me, Permission, TokenWithSecret, User
from antonnia.conversations import Conversations, SyncConversations
from antonnia.conversations.types import Agent, Message, Session
from antonnia.core import EventStream, Page, RawResponse, SyncEventStream, SyncPage
from antonnia.events import Event, Events, MessageCreated, SyncEvents, Webhook
from antonnia.events.types import AnyEvent, Delivery, WebhookWithSecret
from antonnia.orchestrator import Orchestrator
from antonnia.orchestrator.types import Gap, KnowledgeEntry, RunStep, Verdict


async def uses(client: Conversations) -> None:
    assert_type(client.with_options(timeout=5, max_retries=0, headers={}), Conversations)
    session = await client.sessions.get("sess_1")
    assert_type(session, Session)

    raw = await client.sessions.with_raw_response.get("sess_1")
    assert_type(raw, RawResponse[Session])
    assert_type(raw.parse(), Session)
    assert_type(raw.headers.get("x-request-id"), str | None)
    deleted = await client.agents.with_raw_response.delete("agent_1")
    assert_type(deleted.parse(), None)
    found = await client.sessions.messages.with_raw_response.search("sess_1")
    assert_type(found.parse(), Page[Message])
    assert_type((await client.agents.with_raw_response.get("agent_1")).parse(), Agent)

    async for each in client.sessions.iter(status="open"):
        assert_type(each, Session)
    async for message in client.sessions.messages.iter("sess_1"):
        assert_type(message, Message)


async def uses_of_knowledge(orchestrator: Orchestrator) -> None:
    assert_type(await orchestrator.knowledge.decide("kb_1", "Open?"), Verdict)
    assert_type(await orchestrator.runs.list_steps("run_1"), list[RunStep])
    raw = await orchestrator.knowledge.gaps.with_raw_response.answer("kb_1", "gap_1", "Yes.")
    assert_type(raw.parse(), Gap)
    async for entry in orchestrator.knowledge.entries.iter("kb_1"):
        assert_type(entry, KnowledgeEntry)


async def uses_of_events(events: Events, twin: SyncEvents) -> None:
    assert_type(await events.webhooks.create("https://a.test"), WebhookWithSecret)
    assert_type(await events.deliveries.search(status="failed"), Page[Delivery])
    assert_type(events.stream(after=0), EventStream[Event])
    assert_type(twin.stream(), SyncEventStream[Event])
    async for each in events.stream():
        assert_type(each.type, str)
        if isinstance(each, MessageCreated):
            assert_type(each.data.object, Message)
    for received in twin.stream():
        assert_type(received, Event)


def uses_of_a_received_event(webhook: Webhook, headers: dict[str, str], other: AnyEvent) -> None:
    event: Event = webhook.verify(b"", headers)
    assert_type(event.position, int)
    if isinstance(other, MessageCreated):
        assert_type(other.data.object.session_id, str)
    event = other


async def uses_of_auth(auth: Auth, twin: SyncAuth) -> None:
    assert_type(await auth.me(), Me)
    assert_type(await auth.users.get("user_1"), User)
    assert_type((await auth.tokens.create("shop", ["*"])).secret, str)
    raw = await auth.tokens.with_raw_response.rotate("tok_1", 60)
    assert_type(raw.parse(), TokenWithSecret)
    assert_type(twin.permissions.list(), list[Permission])
    try:
        async for entry in auth.audit.iter():
            assert_type(entry, AuditEntry)
    except TokenExpiredError as error:
        assert_type(error.status_code, int)


def uses_of_the_twin(client: SyncConversations) -> None:
    assert_type(client.with_options(), SyncConversations)
    raw = client.sessions.with_raw_response.get("sess_1")
    assert_type(raw, RawResponse[Session])
    assert_type(client.agents.with_raw_response.search().parse(), SyncPage[Agent])

    for each in client.agents.iter("human"):
        assert_type(each, Agent)
