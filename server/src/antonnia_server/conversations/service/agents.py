"""Agents: who can hold a session."""

from __future__ import annotations

from collections.abc import Callable

from antonnia.conversations.types import AgentCreate, AgentSearch, AgentUpdate, AIAgent, HumanAgent
from antonnia_server import ids
from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.http.pagination import Listing, window
from antonnia_server.http.refusal import invalid

from .. import wire
from ..errors import AgentInUse, AgentNotFound, AssistantNotFound
from ..storage import agents as storage
from ..storage.agents import AgentRow

# Whether there is such an assistant, which then stays until the transaction is committed. This
# service does not know who keeps them: whoever puts the slices together gives it the function.
HoldAssistant = Callable[[Transaction, Caller, str], bool]

# What an agent of each type is known by elsewhere, and what it must not have.
_IDENTITY = {"human": "profile_id", "ai": "assistant_id"}


def create_agent(
    tx: Transaction,
    caller: Caller,
    body: AgentCreate,
    *,
    hold_assistant: HoldAssistant,
    is_default: bool = False,
) -> HumanAgent | AIAgent:
    own, other = _fields(body.type)
    if getattr(body, own) is None:
        raise invalid(["body", own], f"is required for an agent of type {body.type!r}", "missing")
    if getattr(body, other) is not None:
        raise invalid(["body", other], f"is not for an agent of type {body.type!r}")
    if body.assistant_id is not None:
        _hold(tx, caller, body.assistant_id, hold_assistant)
    row = storage.create_agent(
        tx,
        caller,
        ids.new("agent"),
        name=body.name,
        type=body.type,
        profile_id=body.profile_id,
        assistant_id=body.assistant_id,
        is_default=is_default,
    )
    return wire.agent(row)


def get_agent(tx: Transaction, caller: Caller, agent_id: str) -> HumanAgent | AIAgent:
    return wire.agent(_find(tx, caller, agent_id))


def find_default_agent(tx: Transaction, caller: Caller) -> AgentRow | None:
    """Who holds the sessions that are created without an agent."""
    return storage.find_default_agent(tx, caller)


def update_agent(
    tx: Transaction,
    caller: Caller,
    agent_id: str,
    body: AgentUpdate,
    *,
    hold_assistant: HoldAssistant,
) -> HumanAgent | AIAgent:
    agent = _lock(tx, caller, agent_id)
    _, other = _fields(agent.type)
    changes = body.fields.model_dump(include=body.fields.model_fields_set)
    for name, value in changes.items():
        if name == other:
            raise invalid(["body", "fields", name], f"is not for an agent of type {agent.type!r}")
        if value is None:
            raise invalid(["body", "fields", name], "cannot be null")
    changed = agent._replace(**changes)
    is_kept = changed.assistant_id == agent.assistant_id
    # To keep one that is gone is no mistake.
    if changed.assistant_id is not None and not is_kept:
        _hold(tx, caller, changed.assistant_id, hold_assistant)
    storage.update_agent(tx, caller, changed)
    return wire.agent(changed)


def delete_agent(tx: Transaction, caller: Caller, agent_id: str) -> None:
    """Delete an agent that holds no open session; closed ones still name it."""
    _lock(tx, caller, agent_id)
    if storage.holds_open_session(tx, caller, agent_id):
        raise AgentInUse(agent_id)
    storage.delete_agent(tx, caller, agent_id)


def search_agents(
    tx: Transaction, caller: Caller, body: AgentSearch
) -> Listing[HumanAgent | AIAgent]:
    """Agents from the oldest to the newest."""
    wanted = window(body, "agents", (int, str))
    found = storage.list_agents(
        tx,
        caller,
        wanted,
        type=body.type,
        assistant_id=body.assistant_id,
        profile_id=body.profile_id,
    )
    return wanted.page(found, wire.agent, lambda row: (row.created_at, row.id))


def _find(tx: Transaction, caller: Caller, agent_id: str) -> AgentRow:
    agent = storage.find_agent(tx, caller, agent_id)
    if agent is None:
        raise AgentNotFound(agent_id)
    return agent


def _lock(tx: Transaction, caller: Caller, agent_id: str) -> AgentRow:
    agent = storage.lock_agent(tx, caller, agent_id)
    if agent is None:
        raise AgentNotFound(agent_id)
    return agent


def _hold(
    tx: Transaction, caller: Caller, assistant_id: str, hold_assistant: HoldAssistant
) -> None:
    if not hold_assistant(tx, caller, assistant_id):
        raise AssistantNotFound(assistant_id)


def _fields(type: str) -> tuple[str, str]:
    """The field that identifies an agent of this type, and the one that is for the other."""
    other = "ai" if type == "human" else "human"
    return _IDENTITY[type], _IDENTITY[other]
