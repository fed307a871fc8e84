"""`GET /metrics`, read by Prometheus's own parser."""

from __future__ import annotations

import math

import httpx
import pytest
from figures import Figures, scraped
from given_platform import given_failing_session, given_message, given_session
from in_process import Clock, FailingDatabase, Server

from antonnia.conversations import Conversations
from antonnia.conversations.exceptions import NotFoundError
from antonnia_server.db import StorageFailed
from antonnia_server.metrics import Metrics

REQUESTS = "antonnia_request_seconds_count"
JOBS = "antonnia_job_seconds_count"


async def test_requests_are_counted_by_their_route_and_status(
    client: Conversations, server: Server
) -> None:
    session = await given_session(client)
    await given_message(client, session, "Hello")
    await given_message(client, session, "again")
    with pytest.raises(NotFoundError):
        await client.sessions.get("sess_none")

    figures = await scraped(server)

    messages = "/conversations/v2/sessions/{session_id}/messages"
    one = "/conversations/v2/sessions/{session_id}"
    assert figures.of(REQUESTS, method="POST", route=messages, status="201") == 2
    assert figures.of(REQUESTS, method="GET", route=one, status="404") == 1
    seconds = figures.of(
        "antonnia_request_seconds_sum", method="POST", route=messages, status="201"
    )
    assert seconds is not None
    assert seconds > 0


async def test_a_path_that_leads_nowhere_makes_no_figure_of_its_own(
    http: httpx.AsyncClient, server: Server
) -> None:
    await http.get("/secret/one")
    await http.request("BREW", "/secret/two")

    figures = await scraped(server)

    assert figures.of(REQUESTS, method="none", route="none", status="404") == 2
    assert "secret" not in str(figures.labels(REQUESTS))


async def test_jobs_are_counted_by_what_became_of_them(
    client: Conversations, server: Server, clock: Clock
) -> None:
    session = await given_session(client)
    await given_message(client, session, "How do I transfer a session?")
    await client.sessions.reply(session.id)
    failing = await given_failing_session(client, server)
    await client.sessions.reply(failing.id)
    await clock.advance(60)

    figures = await scraped(server)

    assert figures.of(JOBS, name="answer_session", outcome="done") == 1
    assert figures.of(JOBS, name="answer_session", outcome="retried") == 2
    assert figures.of(JOBS, name="answer_session", outcome="parked") == 1
    assert figures.of("antonnia_jobs_due") == 0
    assert figures.of("antonnia_jobs_running") == 0


async def test_what_waits_and_since_when(client: Conversations, server: Server) -> None:
    await server.state.later_work.runner.stop()
    session = await given_session(client)
    await given_message(client, session, "Hello")
    await client.sessions.reply(session.id, debounce_time=2)
    server.hand.move_to(server.hand.now() + 12_000_000)

    figures = await scraped(server)

    assert figures.of("antonnia_jobs_due") == 1
    assert figures.of("antonnia_jobs_late_seconds") == 10
    assert figures.of("antonnia_requests_in_flight") == 0
    assert figures.of("antonnia_writes_waiting") == 0
    assert figures.of("antonnia_held_body_bytes") == 0
    assert figures.of("antonnia_storage_trouble") == 0


async def test_a_storage_in_trouble_is_a_figure_and_no_failure(server: Server) -> None:
    server.state.db = FailingDatabase(StorageFailed("gone"))

    figures = await scraped(server)

    assert figures.of("antonnia_storage_trouble") == 1
    due = figures.of("antonnia_jobs_due")
    assert due is not None
    assert math.isnan(due)


async def test_whoever_asks_often_reads_what_was_written_a_second_ago(server: Server) -> None:
    seconds = [100.0]
    metrics = Metrics(lambda: seconds[0])

    async def counted() -> float | None:
        metrics.count_request("GET", "/livez", 200, 0.1)
        text = await metrics.text(server.db, server.state.intake)
        return Figures(text.decode()).of(REQUESTS, method="GET", route="/livez", status="200")

    first = await counted()
    seconds[0] += 0.9
    second = await counted()
    seconds[0] += 0.1
    third = await counted()

    assert (first, second, third) == (1, 1, 3)
