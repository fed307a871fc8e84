"""The rules of sessions, messages and agents, and what other services may ask of them."""

from ..errors import AssistantNotFound
from ..storage.agents import AgentRow
from ..storage.messages import MessageRow
from ..storage.sessions import SessionRow
from .agents import (
    HoldAssistant,
    create_agent,
    delete_agent,
    find_default_agent,
    get_agent,
    search_agents,
    update_agent,
)
from .delivery import update_message
from .messages import (
    PostedMessage,
    create_message,
    get_message,
    list_user_messages_after,
    post_as_agent,
    search_messages,
    search_session_messages,
)
from .replies import ANSWER_SESSION, close_window, reply_to_session
from .sealing import SEAL_SESSIONS, seal_sessions
from .sessions import (
    create_session,
    find_session_for_update,
    get_session,
    search_sessions,
)
from .transfer import hand_off, transfer_session
from .update import finish_session, update_session

__all__ = [
    "ANSWER_SESSION",
    "SEAL_SESSIONS",
    "AgentRow",
    "AssistantNotFound",
    "HoldAssistant",
    "MessageRow",
    "PostedMessage",
    "SessionRow",
    "close_window",
    "create_agent",
    "create_message",
    "create_session",
    "delete_agent",
    "find_default_agent",
    "find_session_for_update",
    "finish_session",
    "get_agent",
    "get_message",
    "get_session",
    "hand_off",
    "list_user_messages_after",
    "post_as_agent",
    "reply_to_session",
    "seal_sessions",
    "search_agents",
    "search_messages",
    "search_session_messages",
    "search_sessions",
    "transfer_session",
    "update_agent",
    "update_message",
    "update_session",
]
