from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from given_platform import (
    SESSIONS,
    given_closed_session,
    given_person,
    given_session,
    problem_of,
)
from in_process import Clock, RecordedEvents, Server

from antonnia.conversations import Conversations
from antonnia.conversations.exceptions import NotFoundError, ValidationError

PATIENCE_SECONDS = 20


async def test_metadata_replaces_the_whole_object(client: Conversations) -> None:
    session = await given_session(client, metadata={"a": 1, "b": {"c": 2}})

    updated = await client.sessions.update(session.id, {"metadata": {"b": {"d": 3}}})

    assert updated.metadata == {"b": {"d": 3}}
    assert await client.sessions.get(session.id) == updated


async def test_a_bare_metadata_is_taken_as_older_clients_send_it(
    client: Conversations, http: httpx.AsyncClient
) -> None:
    session = await given_session(client)

    response = await http.patch(f"{SESSIONS}/{session.id}", json={"metadata": {"a": 1}})

    assert response.status_code == 200
    assert (await client.sessions.get(session.id)).metadata == {"a": 1}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("contact_name", "Joan"),
        ("contact_name", ""),
        ("thread_id", "thread_1"),
        ("ending_survey_submission_id", "subm_1"),
        ("metadata", {"deep": [{"er": None}]}),
    ],
)
async def test_a_plain_field_is_changed_and_announced_without_a_new_epoch(
    client: Conversations, events: RecordedEvents, clock: Clock, field: str, value: object
) -> None:
    session = await given_session(client)
    await clock.advance(1)

    updated = await client.sessions.update(session.id, {field: value})

    assert getattr(updated, field) == value
    assert (updated.epoch, updated.updated_at) == (1, clock.now)
    [announced] = events.of_type("session.updated")
    assert json.loads(announced["data"])["object"] == json.loads(updated.model_dump_json())


@pytest.mark.parametrize("field", ["thread_id", "ending_survey_submission_id"])
async def test_null_clears_a_field_that_may_be_empty(client: Conversations, field: str) -> None:
    session = await given_session(client)
    await client.sessions.update(session.id, {field: "something"})

    updated = await client.sessions.update(session.id, {field: None})

    assert getattr(updated, field) is None


@pytest.mark.parametrize("field", ["metadata", "contact_name", "status", "organization_id"])
async def test_null_is_refused_where_it_means_nothing(
    client: Conversations, http: httpx.AsyncClient, events: RecordedEvents, field: str
) -> None:
    session = await given_session(client)

    response = await http.patch(f"{SESSIONS}/{session.id}", json={"fields": {field: None}})

    assert problem_of(response) == (422, "validation_error")
    assert response.json()["errors"][0]["loc"] == ["body", "fields", field]
    assert events.types == ["session.created"]


@pytest.mark.parametrize(
    "body", [{}, {"fields": None}, {"metadata": None}, {"fields": {}, "metadata": {}}]
)
async def test_the_body_is_fields_or_a_bare_metadata(
    client: Conversations, http: httpx.AsyncClient, body: dict[str, Any]
) -> None:
    session = await given_session(client)

    response = await http.patch(f"{SESSIONS}/{session.id}", json=body)

    assert problem_of(response) == (422, "validation_error")


async def test_a_field_that_has_its_value_already_changes_and_announces_nothing(
    client: Conversations, events: RecordedEvents
) -> None:
    session = await given_session(client, metadata={"a": [1, "b"]})

    updated = await client.sessions.update(
        session.id, {"metadata": {"a": [1, "b"]}, "contact_name": "Jane", "status": "open"}
    )

    assert updated == session
    assert events.types == ["session.created"]


async def test_no_fields_change_nothing(client: Conversations, events: RecordedEvents) -> None:
    session = await given_session(client)

    updated = await client.sessions.update(session.id, {})

    assert updated == session
    assert events.types == ["session.created"]


@pytest.mark.parametrize(("old", "new"), [(1, True), (0, False), (True, 1), (1, 1.0)])
async def test_values_that_python_calls_equal_are_changed_all_the_same(
    client: Conversations, http: httpx.AsyncClient, old: object, new: object
) -> None:
    session = await given_session(client, metadata={"deep": [{"flag": old}]})

    await client.sessions.update(session.id, {"metadata": {"deep": [{"flag": new}]}})

    stored = (await http.get(f"{SESSIONS}/{session.id}")).json()["metadata"]
    assert repr(stored) == repr({"deep": [{"flag": new}]})


async def test_an_agent_follows_the_rules_of_transfer(
    client: Conversations, events: RecordedEvents
) -> None:
    session = await given_session(client)
    ana = await given_person(client)

    updated = await client.sessions.update(session.id, {"agent_id": ana.id})

    assert (updated.agent, updated.epoch) == (ana, 2)
    assert events.types == ["session.created", "session.transferred"]


async def test_the_same_agent_changes_nothing(
    client: Conversations, events: RecordedEvents, server: Server
) -> None:
    session = await given_session(client)

    updated = await client.sessions.update(session.id, {"agent_id": server.ours.agent_id})

    assert updated == session
    assert events.types == ["session.created"]


async def test_an_agent_of_null_waits_for_a_person(client: Conversations) -> None:
    session = await given_session(client)

    updated = await client.sessions.update(session.id, {"agent_id": None})

    assert (updated.agent, updated.epoch) == (None, 2)


async def test_an_agent_of_a_closed_session_is_refused(
    client: Conversations, events: RecordedEvents
) -> None:
    session = await given_closed_session(client)
    ana = await given_person(client)

    with pytest.raises(ValidationError) as refused:
        await client.sessions.update(session.id, {"agent_id": ana.id, "contact_name": "Other"})

    assert refused.value.code == "session_closed"
    assert await client.sessions.get(session.id) == session
    assert events.types == ["session.created", "session.finished"]


async def test_the_agent_that_a_closed_session_has_already_is_refused_too(
    client: Conversations, events: RecordedEvents, server: Server
) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        session = await given_closed_session(client)

        with pytest.raises(ValidationError) as updating:
            await client.sessions.update(session.id, {"agent_id": server.ours.agent_id})
        with pytest.raises(ValidationError) as transferring:
            await client.sessions.transfer(session.id, server.ours.agent_id)

        assert updating.value.code == transferring.value.code == "session_closed"
        assert await client.sessions.get(session.id) == session
        assert events.types == ["session.created", "session.finished"]


async def test_reopening_and_the_agent_of_before_go_together(
    client: Conversations, events: RecordedEvents, server: Server
) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        session = await given_closed_session(client)

        updated = await client.sessions.update(
            session.id, {"status": "open", "agent_id": server.ours.agent_id}
        )

        assert (updated.status, updated.agent, updated.epoch) == ("open", session.agent, 3)
        assert events.types[2:] == ["session.updated"]


async def test_an_agent_that_does_not_exist_is_refused(client: Conversations) -> None:
    session = await given_session(client)

    with pytest.raises(NotFoundError) as refused:
        await client.sessions.update(session.id, {"agent_id": "agent_none", "contact_name": "X"})

    assert refused.value.code == "agent_not_found"
    assert await client.sessions.get(session.id) == session


async def test_the_status_closed_finishes(
    client: Conversations, events: RecordedEvents, clock: Clock
) -> None:
    session = await given_session(client)

    updated = await client.sessions.update(session.id, {"status": "closed"})

    assert (updated.status, updated.epoch, updated.closed_at) == ("closed", 2, clock.now)
    assert events.types == ["session.created", "session.finished"]


async def test_the_status_open_reopens(client: Conversations, events: RecordedEvents) -> None:
    session = await given_closed_session(client)

    updated = await client.sessions.update(session.id, {"status": "open"})

    assert (updated.status, updated.epoch, updated.closed_at) == ("open", 3, None)
    assert events.types == ["session.created", "session.finished", "session.updated"]


async def test_closing_a_closed_session_changes_nothing(
    client: Conversations, events: RecordedEvents
) -> None:
    session = await given_closed_session(client)

    updated = await client.sessions.update(session.id, {"status": "closed"})

    assert updated == session
    assert events.of_type("session.finished") == events.all()[1:]


async def test_reopening_and_a_new_agent_go_together(
    client: Conversations, events: RecordedEvents
) -> None:
    session = await given_closed_session(client)
    ana = await given_person(client)

    updated = await client.sessions.update(session.id, {"status": "open", "agent_id": ana.id})

    assert (updated.status, updated.agent, updated.epoch) == ("open", ana, 4)
    assert events.types[2:] == ["session.updated", "session.transferred"]


async def test_a_new_agent_and_finishing_go_together(
    client: Conversations, events: RecordedEvents
) -> None:
    session = await given_session(client)
    ana = await given_person(client)

    updated = await client.sessions.update(
        session.id, {"agent_id": ana.id, "status": "closed", "metadata": {"why": "spam"}}
    )

    assert (updated.status, updated.agent, updated.epoch) == ("closed", ana, 3)
    assert updated.metadata == {"why": "spam"}
    assert events.types[1:] == ["session.updated", "session.transferred", "session.finished"]


async def test_an_own_organization_id_is_accepted(
    client: Conversations, events: RecordedEvents, server: Server
) -> None:
    session = await given_session(client)

    updated = await client.sessions.update(session.id, {"organization_id": server.ours.id})

    assert updated == session
    assert events.types == ["session.created"]


async def test_another_organization_id_is_one_that_does_not_exist(
    client: Conversations, server: Server
) -> None:
    session = await given_session(client)

    with pytest.raises(NotFoundError) as foreign:
        await client.sessions.update(session.id, {"organization_id": server.theirs.id})
    with pytest.raises(NotFoundError) as absent:
        await client.sessions.update(session.id, {"organization_id": "org_none"})

    assert foreign.value.code == absent.value.code == "organization_not_found"
    told = foreign.value.message.replace(server.theirs.id, "org_none")
    assert told == absent.value.message


async def test_a_misspelt_field_is_refused(client: Conversations, http: httpx.AsyncClient) -> None:
    session = await given_session(client)
    body = {"fields": {"contact_nam": "Joan", "metadata": {"a": 1}}}

    response = await http.patch(f"{SESSIONS}/{session.id}", json=body)

    assert problem_of(response) == (422, "unknown_field")
    assert response.json()["errors"][0]["loc"] == ["body", "fields", "contact_nam"]
    assert await client.sessions.get(session.id) == session


async def test_a_session_that_does_not_exist_is_refused(client: Conversations) -> None:
    with pytest.raises(NotFoundError) as refused:
        await client.sessions.update("sess_none", {"contact_name": "Joan"})

    assert refused.value.code == "session_not_found"
