"""What two processes do at the same time on one database comes out as one after the other."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from itertools import count

import pytest
from given_platform import (
    SESSIONS,
    given_person,
    given_session,
    messages_of,
    problem_of,
    texts_of_agents,
)
from in_process import QUESTION, Clock, RecordedEvents, Server
from postgres.conftest import opened
from postgres.pausing import PATIENCE_SECONDS, Pause

from antonnia.conversations import Conversations
from antonnia.conversations.exceptions import APIError
from antonnia.conversations.types import MessageContentText, SessionTransfer
from antonnia_server import jobs
from antonnia_server.clock import SECOND, HandClock
from antonnia_server.conversations import service
from antonnia_server.conversations.storage import agents as agent_storage
from antonnia_server.conversations.storage import sessions as session_storage
from antonnia_server.db import Transaction
from antonnia_server.db.postgres import PostgresDatabase
from antonnia_server.events import relay as relays
from antonnia_server.events import service as events_service
from antonnia_server.events.relay import Relay
from antonnia_server.http.caller import Caller
from antonnia_server.jobs import service as job_service
from antonnia_server.settings import PostgresLimits

pytestmark = pytest.mark.postgres_only
BODY = {"contact_id": "c", "contact_name": "C"}


async def test_a_key_that_is_used_twice_at_once_has_one_effect(
    server: Server, other: Server
) -> None:
    headers = {"idempotency-key": "key_1"}
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(each.http(server.ours.token))
            for each in (server, other) * 8
        ]
        answers = await asyncio.gather(
            *(http.post(SESSIONS, json=BODY, headers=headers) for http in clients)
        )

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum("idempotent-replayed" not in answer.headers for answer in answers) == 1
    assert len(server.rows("sessions")) == 1


async def test_new_sessions_of_one_contact_share_its_conversation(
    server: Server, other: Server
) -> None:
    async with server.client(server.ours) as here, other.client(server.ours) as there:
        await asyncio.gather(*(given_session(client) for client in (here, there) * 8))

    [conversation] = server.rows("conversations")
    sessions = server.rows("sessions")
    assert {session["conversation_id"] for session in sessions} == {conversation["id"]}
    assert conversation["current_session_id"] in {session["id"] for session in sessions}


async def test_messages_at_once_have_positions_without_gaps(server: Server, other: Server) -> None:
    async with server.client(server.ours) as here, other.client(server.ours) as there:
        session = await given_session(here)
        content = MessageContentText(text="Hello")
        await asyncio.gather(
            *(client.sessions.messages.create(session.id, content) for client in (here, there) * 20)
        )
        messages = await messages_of(here, session)

    assert [message.position for message in messages] == list(range(1, 41))


async def test_an_agent_that_is_being_given_a_session_is_not_deleted(
    client: Conversations, server: Server
) -> None:
    ana = await given_person(client)
    session = await given_session(client)
    pause = Pause()

    def transfer(tx: Transaction) -> None:
        body = SessionTransfer(agent_id=ana.id)
        service.transfer_session(tx, server.caller, session.id, body)
        pause.wait()

    transferring = asyncio.create_task(server.db.write(transfer))
    await pause.reached()
    deleting = asyncio.create_task(client.agents.delete(ana.id))
    await until_blocked(server)
    pause.end()
    await transferring

    with pytest.raises(APIError) as refused:
        await deleting
    assert refused.value.code == "agent_in_use"


async def test_an_agent_that_is_being_deleted_is_given_no_session(
    client: Conversations, server: Server
) -> None:
    ana = await given_person(client)
    session = await given_session(client)
    pause = Pause()

    def delete(tx: Transaction) -> None:
        service.delete_agent(tx, server.caller, ana.id)
        pause.wait()

    deleting = asyncio.create_task(server.db.write(delete))
    await pause.reached()
    transferring = asyncio.create_task(client.sessions.transfer(session.id, ana.id))
    await until_blocked(server)
    pause.end()
    await deleting

    with pytest.raises(APIError) as refused:
        await transferring
    assert refused.value.code == "agent_not_found"


async def test_who_waited_for_a_session_sees_the_agent_that_has_it_now(
    client: Conversations, server: Server
) -> None:
    session = await given_session(client)
    pause = Pause()

    def give_to_a_new_person(tx: Transaction) -> None:
        session_storage.lock_session(tx, server.caller, session.id)
        pause.wait()
        agent = agent_storage.create_agent(
            tx,
            server.caller,
            "agent_new",
            name="Ben",
            type="human",
            profile_id="ben",
            assistant_id=None,
            is_default=False,
        )
        service.transfer_session(tx, server.caller, session.id, SessionTransfer(agent_id=agent.id))

    giving = asyncio.create_task(server.db.write(give_to_a_new_person))
    await pause.reached()
    finishing = asyncio.create_task(client.sessions.finish(session.id))
    await until_blocked(server)
    pause.end()
    await giving
    finished = await finishing

    assert finished.agent is not None
    assert (finished.agent.id, finished.agent.name) == ("agent_new", "Ben")
    assert finished.epoch == 3


async def test_a_job_is_claimed_by_one_of_many(url: str, other_db: PostgresDatabase) -> None:
    def schedule(tx: Transaction) -> None:
        for number in range(40):
            jobs.schedule(
                tx,
                Caller("org_1"),
                "nobody's",
                {},
                due_at=tx.now - SECOND,
                # Two of each share a lock.
                lock_key=f"lock_{number // 2}",
            )

    async with opened(url) as db:
        await db.write(schedule)
        claims = await asyncio.gather(
            *(each.write(job_service.claim, 10, 15) for each in (db, other_db) * 4)
        )

    claimed = [job for claim in claims for job in claim.jobs if job.name == "nobody's"]
    assert len({job.id for job in claimed}) == len(claimed)
    assert len({job.lock_key for job in claimed}) == len(claimed)
    assert len(claimed) == 20


async def test_a_reply_is_given_once_wherever_it_runs(
    server: Server, other: Server, clock: Clock, other_clock: Clock
) -> None:
    async with server.client(server.ours) as here, other.client(server.ours) as there:
        sessions = await asyncio.gather(*(given_session(here, f"c_{n}") for n in range(6)))
        for session in sessions:
            await there.sessions.messages.create(session.id, MessageContentText(text=QUESTION))
            await here.sessions.reply(session.id)
        await asyncio.gather(clock.settle(), other_clock.settle())
        async with asyncio.timeout(PATIENCE_SECONDS):
            while any(outcome is None for outcome, _ in server.outcomes()):
                await asyncio.gather(clock.settle(), other_clock.settle())
        said = [await texts_of_agents(here, session) for session in sessions]

    assert [len(texts) for texts in said] == [1] * 6
    assert server.outcomes() == [("answer", None)] * 6


async def test_events_are_numbered_as_they_are_committed(
    client: Conversations, server: Server, events: RecordedEvents
) -> None:
    session = await given_session(client)
    pause = Pause()

    def announce_late(tx: Transaction) -> None:
        row = session_storage.find_session(tx, server.caller, session.id)
        assert row is not None
        service.transfer_session(tx, server.caller, session.id, SessionTransfer(agent_id=None))
        pause.wait()

    announcing = asyncio.create_task(server.db.write(announce_late))
    await pause.reached()
    await given_session(client, "contact_2")
    seen = await read_log(server)
    pause.end()
    await announcing
    later = await read_log(server)

    assert seen == ["session.created", "session.created"]
    assert later == [*seen, "session.transferred"]
    assert [row["position"] for row in events.all()] == [1, 2, 3]


async def test_a_key_that_stays_in_use_is_refused(server: Server, url: str) -> None:
    pause = Pause()

    def hold(tx: Transaction) -> None:
        tx.hold("idempotency key", server.ours.id, token_id, "key_1")
        pause.wait()

    [token_id] = [row["id"] for row in server.rows("tokens", organization_id=server.ours.id)]
    holding = asyncio.create_task(server.db.write(hold))
    await pause.reached()
    limits = PostgresLimits(lock_seconds=1)
    async with opened(url, limits) as impatient, server.http(server.ours.token) as http:
        server.state.db = impatient
        refused = await http.post(SESSIONS, json=BODY, headers={"idempotency-key": "key_1"})
    pause.end()
    await holding

    assert problem_of(refused) == (409, "idempotency_key_in_use")


async def test_numbering_that_another_one_holds_up_is_tried_again(server: Server, url: str) -> None:
    pause = Pause()

    def hold(tx: Transaction) -> None:
        tx.hold("event positions")
        pause.wait()

    holding = asyncio.create_task(server.db.write(hold))
    await pause.reached()
    # Under a name of its own: the server's relay waits for the same lock, for longer.
    named = f"{url}{'&' if '?' in url else '?'}application_name=impatient"
    async with opened(named, PostgresLimits(lock_seconds=1)) as impatient:
        relay = Relay(impatient)
        before = asyncio.all_tasks()
        await relay.start()
        [numbering] = asyncio.all_tasks() - before
        await until_blocked(server, name="impatient")
        await until_blocked(server, name="impatient", is_blocked=False)
        pause.end()
        await holding
        await impatient.write(events_service.number_events, at_most=1)

        assert not numbering.done()
        await relay.stop()


async def test_numbering_goes_on_after_a_mistake(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relays, "LOOK_AGAIN_SECONDS", 0.0)
    loop, has_gone_on, tries = asyncio.get_running_loop(), asyncio.Event(), count(1)

    def fail_once(tx: Transaction) -> None:
        if next(tries) == 1:
            raise RuntimeError("a mistake of ours")
        loop.call_soon_threadsafe(has_gone_on.set)

    db = PostgresDatabase(url, HandClock(0), before_commit=fail_once)
    await db.start()
    relay = Relay(db)
    await relay.start()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await has_gone_on.wait()
    finally:
        await relay.stop()
        await db.close()


async def read_log(server: Server) -> list[str]:
    """Until the relay has numbered all that is committed."""

    def unnumbered(tx: Transaction) -> int:
        return events_service.number_events(tx, at_most=1000)

    await server.db.write(unnumbered)
    found = await server.db.read(events_service.list_events_after, server.caller, 0, limit=1000)
    return [event.type for event in found]


async def until_blocked(server: Server, *, name: str = "antonnia", is_blocked: bool = True) -> None:
    """Until some connection of that name waits for a lock of another one, or none does any more."""
    query = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        f" AND application_name = '{name}'"
    )

    def count(tx: Transaction) -> int:
        return int(tx.connection.exec_driver_sql(query).scalar_one())

    async with asyncio.timeout(PATIENCE_SECONDS):
        while bool(await server.db.read(count)) != is_blocked:
            pass
