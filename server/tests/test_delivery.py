from __future__ import annotations

import json
from datetime import UTC, datetime

import httpx
import pytest
from given_platform import SESSIONS, given_message, given_session, problem_of
from in_process import Clock, RecordedEvents

from antonnia.conversations import Conversations
from antonnia.conversations.types import Message, MessageDeliveryStatus, Session

STATUSES: list[MessageDeliveryStatus] = [
    "pending",
    "sent",
    "delivered",
    "read",
    "failed",
    "rejected",
]
# Where each status may lead.
MOVES = {
    "pending": {"sent", "delivered", "read", "failed", "rejected"},
    "sent": {"delivered", "read", "failed", "rejected"},
    "delivered": {"read"},
    "read": set(),
    "failed": set(),
    "rejected": set(),
}


async def given_message_at(
    client: Conversations, status: MessageDeliveryStatus
) -> tuple[Session, Message]:
    session = await given_session(client)
    message = await given_message(client, session, role="assistant")
    if status != "pending":
        message = await client.sessions.messages.update(
            session.id, message.id, delivery_status=status
        )
    return session, message


@pytest.mark.parametrize("reported", STATUSES)
@pytest.mark.parametrize("present", STATUSES)
async def test_a_status_moves_forward_only(
    client: Conversations,
    events: RecordedEvents,
    present: MessageDeliveryStatus,
    reported: MessageDeliveryStatus,
) -> None:
    session, message = await given_message_at(client, present)
    announced = len(events.of_type("message.updated"))

    updated = await client.sessions.messages.update(
        session.id, message.id, delivery_status=reported
    )

    if reported in MOVES[present]:
        assert updated.delivery_status == reported
        assert len(events.of_type("message.updated")) == announced + 1
    else:
        assert updated == message
        assert len(events.of_type("message.updated")) == announced
    assert await client.sessions.messages.get(session.id, message.id) == updated


async def test_a_change_is_announced_as_the_message_was_after_it(
    client: Conversations, events: RecordedEvents, clock: Clock
) -> None:
    session, message = await given_message_at(client, "pending")
    await clock.advance(2)

    updated = await client.sessions.messages.update(
        session.id, message.id, "wamid.1", delivery_status="sent"
    )

    assert updated.updated_at == clock.now
    [announced] = events.of_type("message.updated")
    assert json.loads(announced["data"])["object"] == json.loads(updated.model_dump_json())


@pytest.mark.parametrize("status", ["delivered", "read"])
async def test_what_arrived_without_a_time_arrived_now(
    client: Conversations, clock: Clock, status: MessageDeliveryStatus
) -> None:
    session, message = await given_message_at(client, "sent")
    await clock.advance(3)

    updated = await client.sessions.messages.update(session.id, message.id, delivery_status=status)

    assert updated.delivered_at == clock.now


async def test_the_time_of_arrival_is_the_channels_if_it_says_one(client: Conversations) -> None:
    session, message = await given_message_at(client, "sent")
    moment = datetime(2026, 1, 2, 3, 4, 6, 123456, tzinfo=UTC)

    updated = await client.sessions.messages.update(
        session.id, message.id, delivery_status="delivered", delivered_at=moment
    )

    assert updated.delivered_at == moment


async def test_reading_later_keeps_the_time_of_arrival(client: Conversations, clock: Clock) -> None:
    session, message = await given_message_at(client, "delivered")
    await clock.advance(60)

    updated = await client.sessions.messages.update(session.id, message.id, delivery_status="read")

    assert updated.delivered_at == message.delivered_at


async def test_a_failure_says_why(client: Conversations) -> None:
    session, message = await given_message_at(client, "sent")

    updated = await client.sessions.messages.update(
        session.id,
        message.id,
        delivery_status="failed",
        delivery_error_code=131_026,
        delivery_error_message="Not a WhatsApp number",
    )

    assert updated.delivery_error_code == 131_026
    assert updated.delivery_error_message == "Not a WhatsApp number"
    assert updated.delivered_at is None


async def test_a_late_failure_changes_nothing_at_all(client: Conversations) -> None:
    session, message = await given_message_at(client, "read")

    updated = await client.sessions.messages.update(
        session.id,
        message.id,
        delivery_status="failed",
        delivery_error_code=1,
        delivery_error_message="Too late",
        delivered_at=datetime(2030, 1, 1, tzinfo=UTC),
    )

    assert updated == message


async def test_the_same_status_again_can_add_what_was_not_known(client: Conversations) -> None:
    session, message = await given_message_at(client, "failed")

    updated = await client.sessions.messages.update(
        session.id, message.id, delivery_status="failed", delivery_error_code=7
    )

    assert (updated.delivery_status, updated.delivery_error_code) == ("failed", 7)


async def test_nothing_given_changes_and_announces_nothing(
    client: Conversations, events: RecordedEvents
) -> None:
    session, message = await given_message_at(client, "pending")

    updated = await client.sessions.messages.update(session.id, message.id)

    assert updated == message
    assert events.of_type("message.updated") == []


async def test_a_message_of_a_closed_session_can_still_arrive(client: Conversations) -> None:
    session, message = await given_message_at(client, "sent")
    await client.sessions.finish(session.id)

    updated = await client.sessions.messages.update(session.id, message.id, delivery_status="read")

    assert updated.delivery_status == "read"


@pytest.mark.parametrize(
    "body",
    [
        {"delivery_status": "lost"},
        {"delivery_error_code": "131026"},
        {"delivery_error_code": 1.5},
        {"delivery_error_message": "x" * 4097},
        {"delivered_at": "yesterday"},
        {"delivered_at": "2026-01-02T03:04:05"},
        {"delivered_at": 1_700_000_000},
        {"delivered_at": "0001-01-01T00:00:00+14:00"},
        {"delivered_at": "9999-12-31T23:59:59-14:00"},
    ],
)
async def test_a_report_that_cannot_be_is_refused(
    client: Conversations, http: httpx.AsyncClient, body: dict[str, object]
) -> None:
    session, message = await given_message_at(client, "pending")

    response = await http.patch(f"{SESSIONS}/{session.id}/messages/{message.id}", json=body)

    assert problem_of(response) == (422, "validation_error")
    assert response.json()["errors"][0]["loc"] == ["body", *body]


@pytest.mark.parametrize("code", [-(2**63), 2**63 - 1])
async def test_an_error_code_may_be_any_integer_of_64_bits(
    client: Conversations, code: int
) -> None:
    session, message = await given_message_at(client, "pending")

    updated = await client.sessions.messages.update(
        session.id, message.id, delivery_error_code=code
    )

    assert updated.delivery_error_code == code
