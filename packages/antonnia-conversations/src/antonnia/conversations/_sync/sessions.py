# Generated from ../sessions.py by `make sync`; do not edit.

"""Sessions between contacts and agents."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Dict, Iterator, Optional, Union, cast

from antonnia.core import (
    NOT_GIVEN,
    NotGiven,
    SyncItems,
    SyncPage,
    SyncTransport,
    make_body,
    path_of,
)

from .messages import SyncMessages

if TYPE_CHECKING:
    from datetime import datetime

    from antonnia.conversations.types import Session, SessionStatus, SessionUpdateFields

    from .raw import SyncRawSessions


class SyncSessions:
    """The sessions of an organization."""

    messages: SyncMessages
    """The messages within them."""

    def __init__(self, transport: SyncTransport) -> None:
        self._transport = transport
        self.messages = SyncMessages(transport)

    @property
    def with_raw_response(self) -> SyncRawSessions:
        """The same methods, each with a `RawResponse`: status, headers, content and `parse()`."""
        return cast("SyncRawSessions", SyncSessions(self._transport.raw()))

    def create(
        self,
        contact_id: str,
        contact_name: str,
        agent_id: Optional[str] = None,
        status: SessionStatus = "open",
        metadata: Optional[Dict[str, Any]] = None,
        *,
        idempotency_key: Optional[str] = None,
    ) -> Session:
        """Open a session with a contact, who may have several.

        Emits `session.created`. Without `agent_id` your default agent holds it, if you have one.

        Args:
            contact_id: Any id of yours, 1–255 characters, or a `cont_…`; echoed as given.
            contact_name: What agents see, at most 255 characters.
            agent_id: Who holds it; the organization's default agent, if any, when left out.
            status: `"open"`, or `"closed"` to record one that is over.
            metadata: Any JSON object of at most 64 KiB and 16 levels.
            idempotency_key: Makes repeating the call harmless for 24 hours.

        Raises:
            NotFoundError: `agent_not_found`.
            ValidationError: A field is out of its limits, or `metadata` is not JSON.
        """
        from antonnia.conversations.types import Session, SessionCreate

        body = make_body(
            SessionCreate,
            contact_id=contact_id,
            contact_name=contact_name,
            agent_id=agent_id,
            status=status,
            metadata=metadata,
        )
        return self._transport.post(
            path_of("sessions"), Session, body, idempotency_key=idempotency_key
        )

    def get(self, session_id: str) -> Session:
        """Read a session.

        Args:
            session_id: The session, `sess_…`.

        Raises:
            NotFoundError: `session_not_found`.
        """
        from antonnia.conversations.types import Session

        return self._transport.get(path_of("sessions", session_id), Session)

    def update(
        self,
        session_id: str,
        fields: Union[SessionUpdateFields, Dict[str, Any], None] = None,
        metadata: Optional[Dict[str, Any]] = None,
        *,
        if_epoch: Optional[int] = None,
    ) -> Session:
        """Change fields of a session; what is left out stays as it is.

        A new `agent_id` is a transfer and a new `status` a finish or a reopening: they follow the
        same rules, emit the same events and grow the epoch. Anything else emits
        `session.updated`.

        Args:
            session_id: The session, `sess_…`.
            fields: The new values; `None` clears one that may be empty. `metadata` replaces the
                whole object.
            metadata: The same as `fields={"metadata": …}`, over which it wins.
            if_epoch: Write only if the session's epoch is still this one.

        Raises:
            NotFoundError: `session_not_found`, `agent_not_found`.
            PreconditionFailedError: `epoch_changed`. With a connection error as its `__cause__`,
                an earlier try of this call may have moved the epoch: read the session.
            ValidationError: `unknown_field`, or a value is out of its limits.
        """
        from antonnia.conversations.types import Session, SessionUpdate

        changes: Dict[str, Any] = dict(fields or {})
        if metadata is not None:
            changes["metadata"] = metadata
        body = make_body(SessionUpdate, fields=changes)
        path = path_of("sessions", session_id)
        return self._transport.patch(path, Session, body, if_epoch=if_epoch)

    def transfer(
        self,
        session_id: str,
        agent_id: Optional[str],
        *,
        auto_reply: bool = False,
        if_epoch: Optional[int] = None,
        idempotency_key: Optional[str] = None,
    ) -> Session:
        """Hand an open session to another agent.

        Emits `session.transferred` and grows the epoch. Transferring to the agent that already has
        the session changes nothing and emits nothing.

        Args:
            session_id: The session, `sess_…`.
            agent_id: The agent to hand it to, or `None` to let it wait for a person.
            auto_reply: Have an AI agent answer at once what is unanswered.
            if_epoch: Write only if the session's epoch is still this one.
            idempotency_key: Makes repeating the call harmless for 24 hours.

        Raises:
            NotFoundError: `session_not_found`, `agent_not_found`.
            PreconditionFailedError: `epoch_changed`.
            ValidationError: `session_closed`.
        """
        from antonnia.conversations.types import Session, SessionTransfer

        body = make_body(SessionTransfer, {"agent_id": agent_id}, auto_reply=auto_reply)
        return self._transport.post(
            path_of("sessions", session_id, "transfer"),
            Session,
            body,
            if_epoch=if_epoch,
            idempotency_key=idempotency_key,
        )

    def finish(
        self,
        session_id: str,
        ending_survey_id: Optional[str] = None,
        *,
        if_epoch: Optional[int] = None,
        idempotency_key: Optional[str] = None,
    ) -> Session:
        """Close a session.

        Emits `session.finished` and grows the epoch. Finishing a closed session changes nothing
        and emits nothing.

        Args:
            session_id: The session, `sess_…`.
            ending_survey_id: A survey to ask the contact at the end, `surv_…`.
            if_epoch: Write only if the session's epoch is still this one.
            idempotency_key: Makes repeating the call harmless for 24 hours.

        Raises:
            NotFoundError: `session_not_found`.
            PreconditionFailedError: `epoch_changed`.
            ValidationError: `survey_not_found`.
        """
        from antonnia.conversations.types import Session, SessionFinish

        body = make_body(SessionFinish, ending_survey_id=ending_survey_id)
        return self._transport.post(
            path_of("sessions", session_id, "finish"),
            Session,
            body,
            if_epoch=if_epoch,
            idempotency_key=idempotency_key,
        )

    def reply(
        self,
        session_id: str,
        debounce_time: float = 0,
        *,
        if_epoch: Optional[int] = None,
        idempotency_key: Optional[str] = None,
    ) -> Session:
        """Have the session's AI agent answer what is unanswered, in the background.

        Returns at once. Calls within the wait become one answer, counted from the last call, at
        most 60 seconds after the first. If a person takes over meanwhile, nothing is said.

        Args:
            session_id: The session, `sess_…`.
            debounce_time: Seconds to wait for the contact to stop typing, 0–60.
            if_epoch: Write only if the session's epoch is still this one.
            idempotency_key: Makes repeating the call harmless for 24 hours.

        Raises:
            NotFoundError: `session_not_found`.
            PreconditionFailedError: `epoch_changed`.
            ValidationError: `session_closed`, `no_agent`, `agent_not_ai`.
        """
        from antonnia.conversations.types import Session, SessionReply

        body = make_body(SessionReply, debounce_time=debounce_time)
        return self._transport.post(
            path_of("sessions", session_id, "reply"),
            Session,
            body,
            if_epoch=if_epoch,
            idempotency_key=idempotency_key,
        )

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
    ) -> SyncPage[Session]:
        """Find the sessions that match all that is given, newest first.

        Args:
            contact_id: Only sessions of this contact.
            status: Only `"open"` or only `"closed"` ones.
            metadata: Paths and the values they must have, such as `{"internal.user_id": "u1"}`; at
                most 100 paths. A dot within a key is written `\\.`. Values are text, numbers,
                booleans or `None`.
            offset: Sessions to skip; not together with `cursor`.
            limit: Sessions per page, 1–1000; 100 by default.
            agent_id: Only sessions that this agent holds, or with `None` those that nobody holds.
            created_after: Only later ones; with a time zone.
            created_before: Only earlier ones; with a time zone.
            cursor: The `next_cursor` of the page before.

        Raises:
            ValidationError: A value is out of its limits, or `cursor` came with `offset`.
        """
        from antonnia.conversations.types import Session, SessionSearch

        body = make_body(
            SessionSearch,
            {"agent_id": agent_id},
            contact_id=contact_id,
            status=status,
            metadata=metadata,
            created_after=created_after,
            created_before=created_before,
            offset=offset,
            limit=limit,
            cursor=cursor,
        )
        return self._transport.search(path_of("sessions", "search"), Session, body)

    def iter(
        self,
        contact_id: Optional[str] = None,
        status: Optional[SessionStatus] = None,
        metadata: Optional[Dict[str, Any]] = None,
        *,
        agent_id: Union[str, NotGiven, None] = NOT_GIVEN,
        created_after: Optional[datetime] = None,
        created_before: Optional[datetime] = None,
        limit: Optional[int] = None,
    ) -> Iterator[Session]:
        """Go through all sessions that match all that is given, newest first.

        Pages are fetched as they are reached; none is repeated or skipped when sessions are added
        meanwhile. After an error the iterator can be asked again, and goes on where it stood.

        Args:
            contact_id: As in `search`, like the other filters.
            status: Only `"open"` or only `"closed"` ones.
            metadata: Paths and the values they must have.
            agent_id: Only sessions that this agent holds, or with `None` those that nobody holds.
            created_after: Only later ones; with a time zone.
            created_before: Only earlier ones; with a time zone.
            limit: Sessions per page, 1–1000; 100 by default.

        Raises:
            ValidationError: A value is out of its limits; raised with the first session.
        """
        return SyncItems.of_search(
            partial(
                self.search,
                contact_id,
                status,
                metadata,
                limit=limit,
                agent_id=agent_id,
                created_after=created_after,
                created_before=created_before,
            )
        )
