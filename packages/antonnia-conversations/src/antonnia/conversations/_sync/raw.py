# Generated from ../raw.py by `make sync`; do not edit.

# Generated from the clients by `make sync`; do not edit.

"""What `with_raw_response` offers: the methods of the client, with answers as they came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, Optional, Protocol, Union

from antonnia.core import NOT_GIVEN, NotGiven, SyncPage

if TYPE_CHECKING:
    from datetime import datetime

    from antonnia.conversations.types import (
        Agent,
        AgentType,
        Message,
        MessageContent,
        MessageDeliveryStatus,
        MessageRole,
        Order,
        Session,
        SessionStatus,
        SessionUpdateFields,
    )
    from antonnia.core import RawResponse


class SyncRawAgents(Protocol):
    """`SyncAgents`, with answers as they came."""

    def create(
        self,
        name: str,
        type: AgentType,
        assistant_id: Optional[str] = None,
        profile_id: Optional[str] = None,
        *,
        idempotency_key: Optional[str] = None,
    ) -> RawResponse[Agent]:
        """Create an agent, who can then be given sessions."""
        ...

    def get(self, agent_id: str) -> RawResponse[Agent]:
        """Read an agent."""
        ...

    def update(
        self,
        agent_id: str,
        name: Optional[str] = None,
        assistant_id: Optional[str] = None,
        profile_id: Optional[str] = None,
    ) -> RawResponse[Agent]:
        """Change an agent; what is left out stays as it is."""
        ...

    def delete(self, agent_id: str) -> RawResponse[None]:
        """Delete an agent that holds no open session."""
        ...

    def search(
        self,
        type: Optional[AgentType] = None,
        assistant_id: Optional[str] = None,
        profile_id: Optional[str] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
        *,
        cursor: Optional[str] = None,
    ) -> RawResponse[SyncPage[Agent]]:
        """Find the agents that match all that is given."""
        ...


class SyncRawMessages(Protocol):
    """`SyncMessages`, with answers as they came."""

    def create(
        self,
        session_id: str,
        content: MessageContent,
        role: MessageRole = "user",
        provider_message_id: Optional[str] = None,
        replied_provider_message_id: Optional[str] = None,
        *,
        agent_id: Optional[str] = None,
        run_id: Optional[str] = None,
        if_epoch: Optional[int] = None,
        idempotency_key: Optional[str] = None,
    ) -> RawResponse[Message]:
        """Add a message to an open session."""
        ...

    def get(self, session_id: str, message_id: str) -> RawResponse[Message]:
        """Read a message."""
        ...

    def update(
        self,
        session_id: str,
        message_id: str,
        provider_message_id: Optional[str] = None,
        replied_provider_message_id: Optional[str] = None,
        delivery_status: Optional[MessageDeliveryStatus] = None,
        delivery_error_code: Optional[int] = None,
        delivery_error_message: Optional[str] = None,
        delivered_at: Optional[datetime] = None,
        *,
        if_epoch: Optional[int] = None,
    ) -> RawResponse[Message]:
        """Record what a channel reports about a message; what is left out stays as it is."""
        ...

    def search(
        self,
        session_id: Optional[str] = None,
        provider_message_id: Optional[str] = None,
        replied_provider_message_id: Optional[str] = None,
        offset: Optional[int] = None,
        limit: Optional[int] = None,
        *,
        role: Optional[MessageRole] = None,
        order: Optional[Order] = None,
        cursor: Optional[str] = None,
    ) -> RawResponse[SyncPage[Message]]:
        """Find the messages that match all that is given, in the order of their `position`."""
        ...


class SyncRawSessions(Protocol):
    """`SyncSessions`, with answers as they came."""

    def create(
        self,
        contact_id: str,
        contact_name: str,
        agent_id: Optional[str] = None,
        status: SessionStatus = "open",
        metadata: Optional[Dict[str, Any]] = None,
        *,
        idempotency_key: Optional[str] = None,
    ) -> RawResponse[Session]:
        """Open a session with a contact, who may have several."""
        ...

    def get(self, session_id: str) -> RawResponse[Session]:
        """Read a session."""
        ...

    def update(
        self,
        session_id: str,
        fields: Union[SessionUpdateFields, Dict[str, Any], None] = None,
        metadata: Optional[Dict[str, Any]] = None,
        *,
        if_epoch: Optional[int] = None,
    ) -> RawResponse[Session]:
        """Change fields of a session; what is left out stays as it is."""
        ...

    def transfer(
        self,
        session_id: str,
        agent_id: Optional[str],
        *,
        auto_reply: bool = False,
        if_epoch: Optional[int] = None,
        idempotency_key: Optional[str] = None,
    ) -> RawResponse[Session]:
        """Hand an open session to another agent."""
        ...

    def finish(
        self,
        session_id: str,
        ending_survey_id: Optional[str] = None,
        *,
        if_epoch: Optional[int] = None,
        idempotency_key: Optional[str] = None,
    ) -> RawResponse[Session]:
        """Close a session."""
        ...

    def reply(
        self,
        session_id: str,
        debounce_time: float = 0,
        *,
        if_epoch: Optional[int] = None,
        idempotency_key: Optional[str] = None,
    ) -> RawResponse[Session]:
        """Have the session's AI agent answer what is unanswered, in the background."""
        ...

    def search(
        self,
        contact_id: Optional[str] = None,
        status: Optional[SessionStatus] = None,
        metadata: Optional[Dict[str, Any]] = None,
        offset: Optional[int] = None,
        limit: Optional[int] = None,
        *,
        agent_id: Union[str, NotGiven, None] = NOT_GIVEN,
        created_after: Optional[datetime] = None,
        created_before: Optional[datetime] = None,
        cursor: Optional[str] = None,
    ) -> RawResponse[SyncPage[Session]]:
        """Find the sessions that match all that is given, newest first."""
        ...
