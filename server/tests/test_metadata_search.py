from __future__ import annotations

from typing import Any

import httpx
import pytest
from given_platform import SESSIONS, given_session, plan_of_search, problem_of
from in_process import Server

from antonnia.conversations import Conversations
from antonnia.conversations.types import SessionSearch


async def finds(client: Conversations, stored: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Whether a session with that metadata is found, among others, by what is wanted."""
    await given_session(client, "other", metadata={"unrelated": "thing"})
    session = await given_session(client, metadata=stored)
    found = await client.sessions.search(metadata=wanted)
    assert {each.id for each in found} <= {session.id}
    return found != []


NESTED = {"internal": {"user_id": "user123", "tags": ["a", "b"]}, "priority": "high"}


@pytest.mark.parametrize(
    ("stored", "wanted"),
    [
        (NESTED, {"priority": "high"}),
        (NESTED, {"internal.user_id": "user123"}),
        (NESTED, {"priority": "high", "internal.user_id": "user123"}),
        ({"a.b": 1}, {"a\\.b": 1}),
        ({"a": {"b.c": {"d": 1}}}, {"a.b\\.c.d": 1}),
        ({"a\\": 1}, {"a\\": 1}),
        ({"a\\b": 1}, {"a\\b": 1}),
        ({"": {"": 1}}, {".": 1}),
        ({"": 1}, {"": 1}),
        ({" a ": 1}, {" a ": 1}),
        ({"ключ": {"ü": "✓ \U0001f600"}}, {"ключ.ü": "✓ \U0001f600"}),
        ({"a": 3}, {"a": 3.0}),
        ({"a": 3.0}, {"a": 3}),
        ({"a": 0}, {"a": -0.0}),
        ({"a": 1e20}, {"a": 1e20}),
        ({"a": 0.1}, {"a": 0.1}),
        ({"a": 2**63 - 1}, {"a": 2**63 - 1}),
        ({"a": True}, {"a": True}),
        ({"a": False}, {"a": False}),
        ({"a": None}, {"a": None}),
        ({"a": ""}, {"a": ""}),
        ({"a": "x" * 200}, {"a": "x" * 200}),
        ({"a": "x" * 201}, {"a": "x" * 201}),
        ({"a": "ü" * 20_000}, {"a": "ü" * 20_000}),
        ({"k" * 5_000: {"b": 1}}, {"k" * 5_000 + ".b": 1}),
        ({"a": ["x", "y"]}, {"a": "y"}),
        ({"a": [["x"], [["y"]]]}, {"a": "y"}),
        ({"a": [{"b": 1}, {"b": [2, {"c": 3}]}]}, {"a.b": 2}),
        ({"a": [{"b": 1}, {"b": [2, {"c": 3}]}]}, {"a.b.c": 3}),
        ({"a": [{"b": 1, "c": 1}, {"b": 2, "c": 2}]}, {"a.b": 1, "a.c": 2}),
        ({"a": [1, 1, 1]}, {"a": 1}),
        ({"a": [None]}, {"a": None}),
        ({"anything": 1}, {"anything": 1}),
    ],
)
async def test_it_matches(
    client: Conversations, stored: dict[str, Any], wanted: dict[str, Any]
) -> None:
    assert await finds(client, stored, wanted)


@pytest.mark.parametrize(
    ("stored", "wanted"),
    [
        (NESTED, {"priority": "low"}),
        (NESTED, {"priority": "high", "internal.user_id": "user124"}),
        (NESTED, {"priority": "high", "internal.absent": "user123"}),
        (NESTED, {"user_id": "user123"}),
        (NESTED, {"internal": "user123"}),
        ({"a.b": 1}, {"a.b": 1}),
        ({"a": {"b": 1}}, {"a\\.b": 1}),
        ({"a": 1}, {"a": True}),
        ({"a": True}, {"a": 1}),
        ({"a": 0}, {"a": False}),
        ({"a": 1}, {"a": "1"}),
        ({"a": "1"}, {"a": 1}),
        ({"a": "true"}, {"a": True}),
        ({"a": None}, {"a": "null"}),
        ({"a": "null"}, {"a": None}),
        ({"a": 3}, {"a": 3.5}),
        ({"a": 2**53 + 1}, {"a": float(2**53)}),
        ({"b": 1}, {"a": None}),
        ({}, {"a": None}),
        ({"a": []}, {"a": None}),
        ({"a": {}}, {"a": None}),
        ({"a": ["xy"]}, {"a": "x"}),
        ({"a": ["x"]}, {"a.0": "x"}),
        ({"a": "X"}, {"a": "x"}),
        ({"a": "x "}, {"a": "x"}),
        ({"a": "x%"}, {"a": "x_"}),
        ({"a": "x" * 201}, {"a": "x" * 202}),
        ({"a": "x" * 200}, {"a": "x" * 201}),
        ({"k" * 5_000: 1}, {"k" * 5_001: 1}),
        ({"a": "é"}, {"a": "e\u0301"}),
    ],
)
async def test_it_does_not_match(
    client: Conversations, stored: dict[str, Any], wanted: dict[str, Any]
) -> None:
    assert not await finds(client, stored, wanted)


async def test_no_paths_match_every_session(client: Conversations) -> None:
    await given_session(client)
    await given_session(client, metadata={"a": 1})

    assert len(await client.sessions.search(metadata={})) == 2


async def test_it_follows_an_update(client: Conversations, server: Server) -> None:
    session = await given_session(client, metadata={"kept": 1, "changed": "old", "gone": None})

    await client.sessions.update(session.id, {"metadata": {"kept": 1, "changed": "new"}})

    async def found(**wanted: Any) -> bool:
        return await client.sessions.search(metadata=wanted) != []

    assert await found(kept=1)
    assert await found(changed="new")
    assert not await found(changed="old")
    assert not await found(gone=None)


@pytest.mark.sqlite_only
async def test_an_update_leaves_no_rows_behind(client: Conversations, server: Server) -> None:
    session = await given_session(client, metadata={"kept": 1, "changed": "old", "gone": None})

    await client.sessions.update(session.id, {"metadata": {"kept": 1, "changed": "new"}})

    assert len(server.rows("session_metadata")) == 2


@pytest.mark.sqlite_only
async def test_it_forgets_what_was_removed(client: Conversations, server: Server) -> None:
    session = await given_session(client, metadata={"a": [1, 2], "b": {"c": "x" * 500}})

    await client.sessions.update(session.id, {"metadata": {}})

    assert await client.sessions.search(metadata={"a": 1}) == []
    assert server.rows("session_metadata") == []


async def test_it_keeps_what_other_changes_leave_alone(client: Conversations) -> None:
    session = await given_session(client, metadata={"a": 1})

    await client.sessions.update(session.id, {"contact_name": "Joan"})
    await client.sessions.transfer(session.id, None)
    await client.sessions.finish(session.id)

    assert [s.id for s in await client.sessions.search(metadata={"a": 1})] == [session.id]


async def test_it_goes_together_with_other_filters(client: Conversations) -> None:
    wanted = await given_session(client, "contact_1", metadata={"a": 1})
    await given_session(client, "contact_2", metadata={"a": 1})
    await given_session(client, "contact_1", metadata={"a": 2})

    found = await client.sessions.search("contact_1", "open", {"a": 1})

    assert found == [wanted]


@pytest.mark.parametrize("value", [{}, {"b": 1}, [], [1]])
async def test_a_value_is_text_a_number_a_boolean_or_null(
    http: httpx.AsyncClient, value: object
) -> None:
    response = await http.post(f"{SESSIONS}/search", json={"metadata": {"a": value}})

    assert problem_of(response) == (422, "validation_error")
    assert response.json()["errors"][0]["loc"][:3] == ["body", "metadata", "a"]


async def test_a_search_looks_up_100_paths(client: Conversations) -> None:
    metadata = {f"key_{number}": number for number in range(100)}
    session = await given_session(client, metadata=metadata)
    await given_session(client, metadata={**metadata, "key_99": 0})

    found = await client.sessions.search(metadata=metadata)

    assert [each.id for each in found] == [session.id]


@pytest.mark.parametrize("count", [101, 20_000])
async def test_a_search_for_more_paths_is_refused(http: httpx.AsyncClient, count: int) -> None:
    metadata = {f"key_{number}": number for number in range(count)}

    response = await http.post(f"{SESSIONS}/search", json={"metadata": metadata})

    assert problem_of(response) == (422, "validation_error")
    assert response.json()["errors"][0]["loc"] == ["body", "metadata"]


@pytest.mark.sqlite_only
async def test_a_long_path_takes_little_room(client: Conversations, server: Server) -> None:
    await given_session(client, metadata={"k" * 30_000: list(range(100))})

    rows = server.rows("session_metadata")

    assert len(rows) == 100
    assert max(len(row["path"]) for row in rows) <= 200


@pytest.mark.sqlite_only
async def test_it_uses_an_index(client: Conversations, server: Server) -> None:
    steps = await server.db.read(
        plan_of_search, server.caller, SessionSearch(metadata={"a": 1, "b": 2})
    )

    assert any(step.startswith("SEARCH walked USING PRIMARY KEY") for step in steps)
    assert any(step.startswith("SEARCH other_1 USING PRIMARY KEY") for step in steps)
    assert not [step for step in steps if step.startswith("SCAN") and step != "SCAN CONSTANT ROW"]
