"""Work: what is refused when there is too much of it, and what is still answered."""

from __future__ import annotations

import asyncio
import threading

import httpx
import pytest
from given_platform import SESSIONS, given_session, problem_of
from in_process import RecordedEvents, Server
from listening import PATIENCE_SECONDS, Listening, a_slow_disk

from antonnia.conversations import Conversations
from antonnia_server.http.intake import Intake
from antonnia_server.settings import Limits

BODY = {"contact_id": "c", "contact_name": "C"}


def intake_of(server: Server) -> Intake:
    intake: Intake = server.state.intake
    return intake


async def until_taken(server: Server, count: int) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while intake_of(server).requests.taken < count:  # noqa: ASYNC110  # it sets no event
            await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("limits", "detail"),
    [
        (
            Limits(max_requests=5),
            "Too many requests are being worked on; this one was not begun.",
        ),
        (Limits(max_waiting_writes=5), "Too many writes are waiting; nothing was written."),
        (
            Limits(max_held_bytes=200),
            "The bodies of unanswered requests are too large in all; nothing was written.",
        ),
    ],
)
async def test_work_beyond_the_limits_is_refused_and_not_stored(
    server: Server, http: httpx.AsyncClient, events: RecordedEvents, detail: str
) -> None:
    async with a_slow_disk(server):
        taken = [asyncio.create_task(http.post(SESSIONS, json=BODY)) for _ in range(5)]
        await until_taken(server, 5)

        refused = await http.post(SESSIONS, json=BODY)
        live, ready = await http.get("/livez"), await http.get("/readyz")
    answers = await asyncio.gather(*taken)

    assert problem_of(refused) == (503, "overloaded")
    assert refused.json()["detail"] == detail
    assert refused.headers["retry-after"] == "1"
    assert (live.status_code, ready.status_code) == (200, 200)
    assert [answer.status_code for answer in answers] == [201] * 5
    assert len(events.of_type("session.created")) == 5


@pytest.mark.parametrize("limits", [Limits(max_waiting_writes=2)])
async def test_writes_that_wait_do_not_keep_anyone_from_reading(
    server: Server, client: Conversations, http: httpx.AsyncClient
) -> None:
    session = await given_session(client)
    async with a_slow_disk(server):
        taken = [asyncio.create_task(http.post(SESSIONS, json=BODY)) for _ in range(2)]
        await until_taken(server, 2)

        found = await client.sessions.get(session.id)
    await asyncio.gather(*taken)

    assert found.id == session.id


@pytest.mark.parametrize("limits", [Limits(max_requests=3), Limits(max_held_bytes=150)])
async def test_nothing_stays_taken(
    server: Server, http: httpx.AsyncClient, client: Conversations
) -> None:
    for _ in range(5):
        assert (await http.post(SESSIONS, content=b"{")).status_code == 400
        assert (await http.post(SESSIONS, content=b" " * 300)).status_code >= 400
        assert (await http.get(f"{SESSIONS}/sess_none")).status_code == 404
        assert (await http.post(f"{SESSIONS}/search", json={"limit": 0})).status_code == 422

    intake = intake_of(server)
    assert (intake.requests.taken, intake.writes.taken, intake.held_bytes) == (0, 0, 0)
    await given_session(client)


@pytest.mark.parametrize("limits", [Limits(max_waiting_writes=1)])
async def test_a_client_that_is_refused_comes_again(server: Server, listening: Listening) -> None:
    async with Conversations(server.ours.token, listening.url, max_retries=3) as client:
        async with a_slow_disk(server):
            taken = asyncio.create_task(client.sessions.create("c", "C"))
            await until_taken(server, 1)
            refused = asyncio.create_task(client.sessions.create("c", "C"))
            await listening.until(lambda: listening.state.total_requests >= 1)
        sessions = await asyncio.gather(taken, refused)

    assert len({session.id for session in sessions}) == 2


async def test_large_bodies_are_parsed_one_at_a_time_beside_the_others(
    server: Server, http: httpx.AsyncClient
) -> None:
    heavy = b'{"contact_id": "c", "contact_name": "C", "metadata": {"a": [%s 1e1]}}' % (
        b"{}," * 300_000
    )

    answers = await asyncio.gather(*(http.post(SESSIONS, content=heavy) for _ in range(3)))
    parsers = [each for each in threading.enumerate() if each.name.startswith("antonnia-parser")]

    assert {problem_of(answer) for answer in answers} == {(422, "validation_error")}
    assert len(parsers) == 1
