# Generated from ../messages.py by `make sync`; do not edit.

"""Messages: what contacts and agents say within a session."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Iterator, Optional, cast

from antonnia.core import SyncItems, SyncPage, SyncTransport, make_body, path_of

if TYPE_CHECKING:
    from datetime import datetime

    from antonnia.conversations.types import (
        Message,
        MessageContent,
        MessageDeliveryStatus,
        MessageRole,
        Order,
    )

    from .raw import SyncRawMessages


class SyncMessages:
    """The messages of sessions."""

    def __init__(self, transport: SyncTransport) -> None:
        self._transport = transport

    @property
    def with_raw_response(self) -> SyncRawMessages:
        """The same methods, each with a `RawResponse`: status, headers, content and `parse()`."""
        return cast("SyncRawMessages", SyncMessages(self._transport.raw()))

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
    ) -> Message:
        """Add a message to an open session.

        Emits `message.created`. An `assistant` message grows the session's epoch if its author is
        human or no AI agent holds the session. Posting the same `provider_message_id` and content
        again returns the first message and emits nothing. No agent answers before
        `sessions.reply`.

        Args:
            session_id: The session, `sess_…`.
            content: Text of at most 65,536 characters, or any other `MessageContent…`.
            role: `"user"` if the contact wrote it, `"assistant"` if an agent did.
            provider_message_id: The id the channel gave it, 1–255 characters, unique in a session.
            replied_provider_message_id: The channel's id of the message that this one answers.
            agent_id: The author of an `assistant` message, if it is not the session's agent.
            run_id: The run that produced it, `run_…`.
            if_epoch: Write only if the session's epoch is still this one.
            idempotency_key: Makes repeating the call harmless for 24 hours.

        Raises:
            NotFoundError: `session_not_found`, `agent_not_found`.
            ConflictError: `provider_message_id_conflict`: that id has another content.
            PreconditionFailedError: `epoch_changed`.
            ValidationError: `session_closed`.
        """
        from antonnia.conversations.types import Message, MessageCreate

        body = make_body(
            MessageCreate,
            content=content,
            role=role,
            agent_id=agent_id,
            provider_message_id=provider_message_id,
            replied_provider_message_id=replied_provider_message_id,
            run_id=run_id,
        )
        return self._transport.post(
            path_of("sessions", session_id, "messages"),
            Message,
            body,
            if_epoch=if_epoch,
            idempotency_key=idempotency_key,
        )

    def get(self, session_id: str, message_id: str) -> Message:
        """Read a message.

        Args:
            session_id: The session, `sess_…`.
            message_id: The message, `msg_…`.

        Raises:
            NotFoundError: `session_not_found`, `message_not_found`.
        """
        from antonnia.conversations.types import Message

        path = path_of("sessions", session_id, "messages", message_id)
        return self._transport.get(path, Message)

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
    ) -> Message:
        """Record what a channel reports about a message; what is left out stays as it is.

        Emits `message.updated`. The delivery status moves forward only: a late, lower one changes
        nothing, and `failed` and `rejected` are final.

        Args:
            session_id: The session, `sess_…`.
            message_id: The message, `msg_…`.
            provider_message_id: The id the channel gave it, 1–255 characters, unique in a session.
            replied_provider_message_id: The channel's id of the message that this one answers.
            delivery_status: How far it has come.
            delivery_error_code: The channel's number for what went wrong.
            delivery_error_message: The channel's words for it, at most 4,096 characters.
            delivered_at: When it arrived, with a time zone.
            if_epoch: Write only if the session's epoch is still this one.

        Raises:
            NotFoundError: `session_not_found`, `message_not_found`.
            ConflictError: `provider_message_id_conflict`: another message has that id.
            PreconditionFailedError: `epoch_changed`.
            ValidationError: A field is out of its limits.
        """
        from antonnia.conversations.types import Message, MessageUpdate

        body = make_body(
            MessageUpdate,
            provider_message_id=provider_message_id,
            replied_provider_message_id=replied_provider_message_id,
            delivery_status=delivery_status,
            delivery_error_code=delivery_error_code,
            delivery_error_message=delivery_error_message,
            delivered_at=delivered_at,
        )
        path = path_of("sessions", session_id, "messages", message_id)
        return self._transport.patch(path, Message, body, if_epoch=if_epoch)

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
    ) -> SyncPage[Message]:
        """Find the messages that match all that is given, in the order of their `position`.

        Args:
            session_id: Only messages of this session, `sess_…`; of all sessions if left out.
            provider_message_id: Only the message with this id of the channel.
            replied_provider_message_id: Only answers to the message with this id of the channel.
            offset: Messages to skip; not together with `cursor`.
            limit: Messages per page, 1–1000; 100 by default.
            role: Only messages of the contact (`"user"`) or of agents (`"assistant"`).
            order: `"asc"`, oldest first, is the default; `"desc"` is newest first.
            cursor: The `next_cursor` of the page before.

        Raises:
            NotFoundError: `session_not_found`.
            ValidationError: A value is out of its limits, or `cursor` came with `offset`.
        """
        from antonnia.conversations.types import Message, MessageSearch

        body = make_body(
            MessageSearch,
            provider_message_id=provider_message_id,
            replied_provider_message_id=replied_provider_message_id,
            role=role,
            order=order,
            offset=offset,
            limit=limit,
            cursor=cursor,
        )
        within = () if session_id is None else ("sessions", session_id)
        return self._transport.search(path_of(*within, "messages", "search"), Message, body)

    def iter(
        self,
        session_id: Optional[str] = None,
        *,
        provider_message_id: Optional[str] = None,
        replied_provider_message_id: Optional[str] = None,
        role: Optional[MessageRole] = None,
        order: Optional[Order] = None,
        limit: Optional[int] = None,
    ) -> Iterator[Message]:
        """Go through all messages that match all that is given, in the order of their `position`.

        Pages are fetched as they are reached; none is repeated or skipped when messages are added
        meanwhile. After an error the iterator can be asked again, and goes on where it stood.

        Args:
            session_id: Only messages of this session, `sess_…`; of all sessions if left out.
            provider_message_id: As in `search`, like the other filters.
            replied_provider_message_id: Only answers to the message with this id of the channel.
            role: Only messages of the contact (`"user"`) or of agents (`"assistant"`).
            order: `"asc"`, oldest first, is the default; `"desc"` is newest first.
            limit: Messages per page, 1–1000; 100 by default.

        Raises:
            NotFoundError: `session_not_found`; raised with the first message, like the other.
            ValidationError: A value is out of its limits.
        """
        return SyncItems.of_search(
            partial(
                self.search,
                session_id,
                provider_message_id,
                replied_provider_message_id,
                limit=limit,
                role=role,
                order=order,
            )
        )
