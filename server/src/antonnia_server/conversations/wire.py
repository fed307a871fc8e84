"""From rows to wire objects."""

from __future__ import annotations

from antonnia.conversations.types import AIAgent, HumanAgent, Message, Session
from antonnia_server.clock import to_datetime, to_optional_datetime

from .storage.agents import AgentRow
from .storage.messages import MessageRow
from .storage.sessions import SessionRow


def agent(row: AgentRow) -> HumanAgent | AIAgent:
    if row.type == "human":
        assert row.profile_id is not None
        return HumanAgent(
            id=row.id,
            organization_id=row.organization_id,
            name=row.name,
            type="human",
            profile_id=row.profile_id,
            created_at=to_datetime(row.created_at),
        )
    assert row.assistant_id is not None
    return AIAgent(
        id=row.id,
        organization_id=row.organization_id,
        name=row.name,
        type="ai",
        assistant_id=row.assistant_id,
        created_at=to_datetime(row.created_at),
    )


def session(row: SessionRow) -> Session:
    return Session(
        id=row.id,
        organization_id=row.organization_id,
        conversation_id=row.conversation_id,
        contact_id=row.contact_id,
        contact_name=row.contact_name,
        thread_id=row.thread_id,
        status=row.status,
        agent=_agent_of(row),
        ending_survey_submission_id=row.ending_survey_submission_id,
        metadata=row.metadata,
        epoch=row.epoch,
        created_at=to_datetime(row.created_at),
        updated_at=to_optional_datetime(row.updated_at),
        closed_at=to_optional_datetime(row.closed_at),
    )


def _agent_of(row: SessionRow) -> HumanAgent | AIAgent | None:
    if row.agent_id is None:
        return None
    assert row.agent_name is not None
    assert row.agent_type is not None
    assert row.agent_created_at is not None
    return agent(
        AgentRow(
            row.agent_id,
            row.organization_id,
            row.agent_name,
            row.agent_type,
            row.agent_profile_id,
            row.agent_assistant_id,
            row.agent_created_at,
            None,
        )
    )


def message(row: MessageRow) -> Message:
    return Message.model_validate(
        {
            **row._asdict(),
            "created_at": to_datetime(row.created_at),
            "delivered_at": to_optional_datetime(row.delivered_at),
            "updated_at": to_optional_datetime(row.updated_at),
        }
    )
