from datetime import datetime, timezone
from typing import Any

import httpx
import pytest
from given_conversations import SESSION, given_client
from scripted_network import ScriptedNetwork, problem

from antonnia.conversations.exceptions import (
    AntonniaError,
    ConversationsError,
    PreconditionFailedError,
    ValidationError,
)
from antonnia.conversations.types import AIAgent, UnknownAgent


def session(**more: Any) -> httpx.Response:
    return httpx.Response(200, json={**SESSION, **more})


async def test_create_takes_the_founding_positions() -> None:
    network = ScriptedNetwork(session())

    created = await given_client(network).sessions.create(
        "contact_123", "Jane", "agent_456", "open", {"source": "website"}
    )

    assert created.id == "sess_1"
    assert created.created_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
    assert network.requests[0].method == "POST"
    assert network.requests[0].url == "https://api.test/conversations/v2/sessions"
    assert network.bodies == [
        {
            "contact_id": "contact_123",
            "contact_name": "Jane",
            "agent_id": "agent_456",
            "status": "open",
            "metadata": {"source": "website"},
        }
    ]
    assert network.sent("idempotency-key") != [None]


async def test_create_leaves_out_what_is_not_given() -> None:
    network = ScriptedNetwork(session())

    await given_client(network).sessions.create(contact_id="c", contact_name="n")

    assert network.bodies == [{"contact_id": "c", "contact_name": "n", "status": "open"}]


async def test_get_reads_one() -> None:
    network = ScriptedNetwork(session())

    await given_client(network).sessions.get(session_id="sess_1")

    assert network.requests[0].method == "GET"
    assert network.requests[0].url.path == "/conversations/v2/sessions/sess_1"


async def test_get_cannot_reach_another_path() -> None:
    network = ScriptedNetwork(session())

    await given_client(network).sessions.get("../agents/1")

    assert network.requests[0].url.raw_path == b"/conversations/v2/sessions/..%2Fagents%2F1"


async def test_update_sends_the_fields_that_are_given_with_their_nulls() -> None:
    network = ScriptedNetwork(session())

    await given_client(network).sessions.update(
        "sess_1", {"status": "open", "agent_id": None}, {"a": 1}, if_epoch=4
    )

    assert network.requests[0].method == "PATCH"
    assert network.bodies == [
        {"fields": {"status": "open", "agent_id": None, "metadata": {"a": 1}}}
    ]
    assert network.sent("if-session-epoch") == ["4"]
    assert network.sent("idempotency-key") == [None]


async def test_update_with_metadata_alone_sends_fields() -> None:
    network = ScriptedNetwork(session())

    await given_client(network).sessions.update("sess_1", metadata={})

    assert network.bodies == [{"fields": {"metadata": {}}}]


async def test_update_refuses_a_misspelt_field_before_sending() -> None:
    network = ScriptedNetwork()

    with pytest.raises(ValidationError) as caught:
        await given_client(network).sessions.update("sess_1", fields={"metdata": {}})

    assert caught.value.code == "unknown_field"
    assert network.requests == []


@pytest.mark.parametrize("agent_id", ["agent_789", None])
async def test_transfer_sends_null_for_nobody(agent_id: str) -> None:
    network = ScriptedNetwork(session())

    await given_client(network).sessions.transfer("sess_1", agent_id)

    assert network.requests[0].url.path == "/conversations/v2/sessions/sess_1/transfer"
    assert network.bodies == [{"auto_reply": False, "agent_id": agent_id}]


async def test_every_write_can_carry_an_epoch_and_a_key() -> None:
    network = ScriptedNetwork(session(), session(), session())
    sessions = given_client(network).sessions

    await sessions.transfer("sess_1", "agent_1", auto_reply=True, if_epoch=3, idempotency_key="k1")
    await sessions.finish("sess_1", "surv_1", if_epoch=4, idempotency_key="k2")
    await sessions.reply("sess_1", if_epoch=5, idempotency_key="k3")

    assert network.sent("if-session-epoch") == ["3", "4", "5"]
    assert network.sent("idempotency-key") == ["k1", "k2", "k3"]
    assert network.bodies == [
        {"agent_id": "agent_1", "auto_reply": True},
        {"ending_survey_id": "surv_1"},
        {"debounce_time": 0.0},
    ]


async def test_a_moved_epoch_is_a_failed_precondition() -> None:
    network = ScriptedNetwork(problem(412, "epoch_changed"))

    with pytest.raises(PreconditionFailedError) as caught:
        await given_client(network).sessions.reply("sess_1", if_epoch=1)

    assert caught.value.code == "epoch_changed"
    assert isinstance(caught.value, ConversationsError)


async def test_finish_needs_no_survey() -> None:
    network = ScriptedNetwork(session(status="closed"))

    finished = await given_client(network).sessions.finish("sess_1")

    assert finished.status == "closed"
    assert network.bodies == [{}]


@pytest.mark.parametrize("seconds", [61, -1, float("nan"), "3"])
async def test_a_debounce_time_out_of_its_limits_is_refused_before_sending(seconds: float) -> None:
    network = ScriptedNetwork()

    with pytest.raises(ValidationError) as caught:
        await given_client(network).sessions.reply("sess_1", debounce_time=seconds)

    assert caught.value.status_code == 422
    assert caught.value.errors[0]["loc"] == ["body", "debounce_time"]
    assert network.requests == []


async def test_metadata_that_is_not_json_is_refused_before_sending() -> None:
    network = ScriptedNetwork()

    with pytest.raises(ValidationError):
        await given_client(network).sessions.create("c", "n", metadata={"at": datetime.now})

    assert network.requests == []


async def test_search_sends_what_is_given_in_the_founding_positions() -> None:
    network = ScriptedNetwork(httpx.Response(200, json=[SESSION]))

    found = await given_client(network).sessions.search(
        "c", "open", {"internal.user_id": "u", "n": 1, "x": None}, 0, 20
    )

    assert [one.id for one in found] == ["sess_1"]
    assert network.requests[0].url.path == "/conversations/v2/sessions/search"
    assert network.bodies == [
        {
            "contact_id": "c",
            "status": "open",
            "metadata": {"internal.user_id": "u", "n": 1, "x": None},
            "offset": 0,
            "limit": 20,
        }
    ]


async def test_search_tells_nobody_from_anybody() -> None:
    network = ScriptedNetwork(*[httpx.Response(200, json=[]) for _ in range(3)])
    sessions = given_client(network).sessions

    await sessions.search()
    await sessions.search(agent_id=None)
    await sessions.search(agent_id="agent_1", cursor="c1")

    assert network.bodies == [{}, {"agent_id": None}, {"agent_id": "agent_1", "cursor": "c1"}]


async def test_search_sends_times_with_their_zone_and_refuses_those_without() -> None:
    network = ScriptedNetwork(httpx.Response(200, json=[]))
    sessions = given_client(network).sessions

    await sessions.search(created_after=datetime(2026, 1, 1, tzinfo=timezone.utc))
    with pytest.raises(ValidationError):
        await sessions.search(created_before=datetime(2026, 1, 1))  # noqa: DTZ001 - the mistake

    assert network.bodies == [{"created_after": "2026-01-01T00:00:00Z"}]


async def test_what_a_newer_server_adds_is_no_error() -> None:
    agent = {"id": "agent_1", "organization_id": "org_1", "name": "R", "type": "robot"}
    agent.update(created_at="2026-01-02T03:04:05Z", arms="2")
    network = ScriptedNetwork(session(status="paused", mood="good", agent=agent))

    received = await given_client(network).sessions.get("sess_1")

    assert received.status == "paused"
    assert not hasattr(received, "mood")
    assert isinstance(received.agent, UnknownAgent)
    assert received.agent.model_extra == {"arms": "2"}


async def test_an_agent_of_a_known_type_keeps_its_class_and_must_be_whole() -> None:
    agent = {"id": "agent_1", "organization_id": "org_1", "name": "R", "type": "ai"}
    agent.update(created_at="2026-01-02T03:04:05Z")
    network = ScriptedNetwork(session(agent={**agent, "assistant_id": "a"}), session(agent=agent))
    sessions = given_client(network).sessions

    assert isinstance((await sessions.get("sess_1")).agent, AIAgent)
    with pytest.raises(AntonniaError, match="unreadable answer"):
        await sessions.get("sess_1")
