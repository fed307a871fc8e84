"""Searches for sessions among many on PostgreSQL, each beside the page of the newest ones.

The sessions are those of the scale benchmark, made in SQL: they lie in the past, 30 s apart, with
the same metadata. A search is asked on one connection to the server, again and again: far beyond
the sixth time, from which on PostgreSQL would plan it for any value instead of the given one.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from statistics import median
from typing import Any

import psycopg

from benchmarks.load_reads import Asked
from benchmarks.postgres import command, database, postgres
from benchmarks.processes import Server, data_directory, run_load, serving
from benchmarks.report import Figure
from benchmarks.scale.fill import SECONDS_APART
from benchmarks.scale.requests import DIFFERENT, cursor_of, searches
from benchmarks.settings import Settings

READ_SECONDS = 1.0
TARGET_MILLISECONDS = 5
PEOPLE = """
INSERT INTO agents (organization_id, id, name, type, profile_id, is_default, created_at)
SELECT %(org)s, 'agent_' || number, 'Ana', 'human', 'profile-' || number, false, number
FROM generate_series(1, 5) AS number
"""
CONVERSATIONS = """
INSERT INTO conversations (organization_id, id, channel_type, channel_id, channel_user_id,
    contact_id, created_at)
SELECT %(org)s, 'conv_' || to_char(number, 'FM000000000000'), 'api', 'default',
    'contact-' || number, 'contact-' || number, %(now)s - number * %(apart)s::bigint
FROM generate_series(1, %(sessions)s) AS number
"""
# A tenth of the sessions has the contact of another one. `drawn` is drawn anew for each.
SESSIONS = """
INSERT INTO sessions (organization_id, id, conversation_id, contact_id, contact_name, status,
    agent_id, metadata, epoch, last_position, created_at, closed_at)
SELECT %(org)s, 'sess_' || to_char(%(sessions)s - number, 'FM000000000000'),
    'conv_' || to_char(number, 'FM000000000000'), 'contact-' || number * 9 / 10, 'Ana',
    CASE WHEN closed < 0.6 THEN 'closed' ELSE 'open' END,
    CASE WHEN held < 0.3 THEN 'agent_' || (1 + number %% 5) END,
    json_build_object(
        'user', json_build_object('id', 'user-' || number / 3),
        'plan', CASE WHEN plan < 0.5 THEN 'free' WHEN plan < 0.98 THEN 'pro' ELSE 'enterprise' END,
        'region', region, 'device', device,
        'survey', CASE WHEN region = 'north' AND device = 'mobile' THEN 'refused' ELSE 'sent' END,
        'tags', json_build_array(tags[1 + tag], tags[1 + (tag + 1) %% 5])
    ),
    1, 2, %(now)s - number * %(apart)s::bigint,
    CASE WHEN closed < 0.6 THEN %(now)s - number * %(apart)s::bigint END
FROM (
    SELECT number, random() AS plan, random() AS closed, random() AS held,
        CASE WHEN random() < 0.5 THEN 'north' ELSE 'south' END AS region,
        CASE WHEN random() < 0.5 THEN 'mobile' ELSE 'desktop' END AS device,
        floor(random() * 5)::int AS tag, %(tags)s::text[] AS tags
    FROM generate_series(1, %(sessions)s) AS number
) AS drawn
"""
TAGS = ["billing", "delivery", "returns", "login", "praise"]


class Stored:
    """What was filled in."""

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        rows = connection.execute(
            "SELECT contact_id, metadata::jsonb -> 'user' ->> 'id' FROM sessions"
            f" ORDER BY random() LIMIT {DIFFERENT}"
        ).fetchall()
        self.contacts: Sequence[str]
        self.users: Sequence[str]
        self.contacts, self.users = zip(*rows, strict=True)
        self.person = "agent_1"
        middle = connection.execute(
            "SELECT created_at, id FROM sessions ORDER BY created_at, id"
            " LIMIT 1 OFFSET (SELECT count(*) / 2 FROM sessions)"
        ).fetchone()
        assert middle is not None, "there are sessions"
        self.cursor = cursor_of((middle[0], middle[1]))


def measure(settings: Settings) -> list[Figure]:
    with (
        data_directory(settings.directory) as directory,
        postgres(directory) as server,
        database(server) as url,
        serving(command("platform_postgres", url), directory / "ours") as ours,
        serving(command("floor_postgres", url), directory / "floor") as floor,
    ):
        with psycopg.connect(url, autocommit=True) as connection:
            organization_id = fill(connection, settings.sessions)
            stored = Stored(connection)
        page: list[Asked] = [
            {
                "path": "/conversations/v2/sessions/search",
                "body": {"organization_id": organization_id},
            }
        ]
        return [
            figure(name, read(ours, requests), read(floor, page))
            for name, requests in searches(stored)
        ]


def fill(connection: psycopg.Connection[tuple[Any, ...]], sessions: int) -> str:
    """Make the sessions in the organization of the benchmark; its id."""
    found = connection.execute("SELECT id, created_at FROM organizations").fetchone()
    assert found is not None, "the server has made it"
    values = {
        "org": found[0],
        "now": found[1],
        "apart": SECONDS_APART * 1_000_000,
        "sessions": sessions,
        "tags": TAGS,
    }
    for statement in (PEOPLE, CONVERSATIONS, SESSIONS):
        connection.execute(statement.encode(), values)
    # As its own housekeeping does in time.
    connection.execute("VACUUM (ANALYZE)")
    print(f"{sessions:,} sessions", file=sys.stderr, flush=True)
    return str(found[0])


def read(server: Server, requests: list[Asked]) -> dict[str, Any]:
    order = server.order(concurrency=1, seconds=READ_SECONDS, requests=requests)
    result: dict[str, Any] = run_load("load_reads", order)
    server.wait_until_idle()
    return result


def figure(name: str, ours: dict[str, Any], floor: dict[str, Any]) -> Figure:
    return Figure(
        name=f"PostgreSQL search: {name} ({ours['found']:.0f} found), p50",
        unit="ms",
        ours=median(ours["waits"]),
        floor=median(floor["waits"]),
        judged="ours",
        better="lower",
        target=TARGET_MILLISECONDS,
        samples={"ours": ours["waits"], "floor": floor["waits"]},
    )
