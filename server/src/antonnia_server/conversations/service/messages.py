"""Messages: posted, read, and what posting one means for the session."""

from __future__ import annotations

from typing import NamedTuple

from antonnia.conversations.types import (
    Message,
    MessageContent,
    MessageContentText,
    MessageCreate,
    MessageSearch,
)
from antonnia_server import ids
from antonnia_server.db import Transaction
from antonnia_server.events import service as events
from antonnia_server.http.caller import Caller
from antonnia_server.http.pagination import Listing, window
from antonnia_server.http.refusal import invalid

from .. import wire
from ..errors import (
    AgentNotFound,
    EpochChanged,
    MessageNotFound,
    ProviderMessageIdConflict,
    SessionClosed,
    SessionNotFound,
)
from ..json_value import is_same
from ..storage import agents as agent_storage
from ..storage import messages as storage
from ..storage import sessions as session_storage
from ..storage.messages import MessageRow
from ..storage.sessions import SessionRow

MAX_TEXT_CHARACTERS = 65_536
_FILTERS = ("session_id", "provider_message_id", "replied_provider_message_id", "role")


class PostedMessage(NamedTuple):
    """A message, and whether this request is the one that posted it."""

    message: Message
    is_new: bool

    @property
    def id(self) -> str:
        """What the request was about."""
        return self.message.id


class _Author(NamedTuple):
    agent_id: str | None
    is_human: bool


def create_message(
    tx: Transaction, caller: Caller, session_id: str, body: MessageCreate
) -> PostedMessage:
    """Post a message. A provider's message that is already there is found, not doubled.

    That is looked for before anything is refused: a channel that delivers again after the session
    was closed or changed hands gets its message back, as it did the first time.
    """
    _refuse_oversized(body.content)
    if body.role == "user" and body.agent_id is not None:
        raise invalid(["body", "agent_id"], "is only for a message whose role is `assistant`")
    session = session_storage.lock_session(tx, caller, session_id)
    if session is None:
        raise SessionNotFound(session_id)
    if body.provider_message_id is not None:
        existing = storage.find_by_provider_id(tx, caller, session_id, body.provider_message_id)
        if existing is not None:
            return PostedMessage(_same_message(existing, body), is_new=False)
    if caller.if_epoch is not None and caller.if_epoch != session.epoch:
        raise EpochChanged(session_id, expected=caller.if_epoch, actual=session.epoch)
    if session.status == "closed":
        raise SessionClosed(session_id)
    author = _author(tx, caller, session, body)
    return PostedMessage(_post(tx, caller, session, body, author), is_new=True)


def _same_message(existing: MessageRow, body: MessageCreate) -> Message:
    message = wire.message(existing)
    is_same_content = is_same(message.content.model_dump(), body.content.model_dump())
    if not is_same_content or message.role != body.role:
        assert body.provider_message_id is not None
        raise ProviderMessageIdConflict(body.provider_message_id, existing.id)
    return message


def _author(tx: Transaction, caller: Caller, session: SessionRow, body: MessageCreate) -> _Author:
    if body.role == "user":
        return _Author(None, is_human=False)
    if body.agent_id is None:
        return _Author(session.agent_id, is_human=session.agent_type == "human")
    agent = agent_storage.find_agent(tx, caller, body.agent_id)
    if agent is None:
        raise AgentNotFound(body.agent_id)
    return _Author(agent.id, is_human=agent.type == "human")


def _post(
    tx: Transaction, caller: Caller, session: SessionRow, body: MessageCreate, author: _Author
) -> Message:
    is_from_contact = body.role == "user"
    row = MessageRow(
        id=ids.new("msg"),
        session_id=session.id,
        conversation_id=session.conversation_id,
        organization_id=caller.organization_id,
        position=session.last_position + 1,
        role=body.role,
        content=body.content.model_dump(),
        agent_id=author.agent_id,
        run_id=body.run_id,
        provider_message_id=body.provider_message_id,
        replied_provider_message_id=body.replied_provider_message_id,
        delivery_status="delivered" if is_from_contact else "pending",
        delivery_error_code=None,
        delivery_error_message=None,
        delivered_at=tx.now if is_from_contact else None,
        created_at=tx.now,
        updated_at=None,
    )
    storage.create_message(tx, caller, row)
    # A person speaks, or someone speaks where no AI agent does: whatever an AI agent had begun to
    # say before this is out of date.
    takes_over = not is_from_contact and (author.is_human or session.agent_type != "ai")
    session_storage.update_position(
        tx,
        caller,
        session.id,
        last_position=row.position,
        epoch=session.epoch + 1 if takes_over else session.epoch,
    )
    session_storage.update_last_message(tx, caller, session.conversation_id, row.id)
    message = wire.message(row)
    events.publish(tx, caller, "message.created", message)
    return message


def post_as_agent(
    tx: Transaction, caller: Caller, session: SessionRow, text: str, run_id: str | None
) -> SessionRow:
    """Post the words of the AI agent that holds the session; the session as it is then."""
    body = MessageCreate(content=MessageContentText(text=text), role="assistant", run_id=run_id)
    _post(tx, caller, session, body, _Author(session.agent_id, is_human=False))
    return session._replace(last_position=session.last_position + 1)


def get_message(tx: Transaction, caller: Caller, session_id: str, message_id: str) -> Message:
    row = storage.find_message(tx, caller, session_id, message_id)
    if row is not None:
        return wire.message(row)
    if session_storage.find_session(tx, caller, session_id) is None:
        raise SessionNotFound(session_id)
    raise MessageNotFound(message_id)


def search_session_messages(
    tx: Transaction, caller: Caller, session_id: str, body: MessageSearch
) -> Listing[Message]:
    """Messages of one session, in the order of their position."""
    if body.session_id is not None and body.session_id != session_id:
        raise invalid(["body", "session_id"], "must equal the session of the path")
    if session_storage.find_session(tx, caller, session_id) is None:
        raise SessionNotFound(session_id)
    return search_messages(tx, caller, body.model_copy(update={"session_id": session_id}))


def search_messages(tx: Transaction, caller: Caller, body: MessageSearch) -> Listing[Message]:
    """Messages in the order of their position, session by session."""
    wanted = window(body, "messages", (str, int))
    filters = {name: value for name in _FILTERS if (value := getattr(body, name)) is not None}
    found = storage.list_messages(tx, caller, wanted, filters, is_descending=body.order == "desc")
    return wanted.page(found, wire.message, lambda row: (row.session_id, row.position))


def list_user_messages_after(
    tx: Transaction, caller: Caller, session_id: str, position: int
) -> list[MessageRow]:
    """What the contact has written beyond a position."""
    return storage.list_user_messages_after(tx, caller, session_id, position)


def _refuse_oversized(content: MessageContent) -> None:
    if isinstance(content, MessageContentText) and len(content.text) > MAX_TEXT_CHARACTERS:
        raise invalid(
            ["body", "content", "text"],
            f"may have {MAX_TEXT_CHARACTERS:,} characters at most, and has {len(content.text):,}",
        )
