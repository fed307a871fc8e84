"""What `antonnia dev` makes for a client to begin at once: an organization and its assistant."""

from __future__ import annotations

from antonnia.conversations.types import AgentCreate
from antonnia.orchestrator.types import AssistantCreate

from .auth import service as auth
from .auth.secrets import hash_secret
from .conversations import service as conversations
from .db import Transaction
from .http.caller import Caller
from .http.refusal import InvalidToken, TokenExpired, TokenRevoked
from .orchestrator import service as orchestrator
from .orchestrator.knowledge import builtin
from .orchestrator.knowledge import service as knowledge

ORGANIZATION = "dev"
OWN_KNOWLEDGE = "Knowledge"
BUILTIN_KNOWLEDGE = "Antonnia's own documentation"


def prepare(tx: Transaction, kept_token: str | None) -> auth.CreatedToken:
    """The organization for development, and the token that was kept, or a new one."""
    organization_id = prepare_organization(tx)
    if kept_token is not None and _belongs(tx, kept_token, organization_id):
        return auth.CreatedToken(kept_token, organization_id)
    return auth.create_token(tx, organization_id, "made by `antonnia dev`")


def prepare_organization(tx: Transaction) -> str:
    """Make the organization, or bring it up to date; its id.

    Its assistant knows Antonnia's documentation, of this version, and whatever is imported.
    """
    organization_id = auth.find_or_create_organization(tx, ORGANIZATION)
    # Whoever develops against it may try out what partners can do.
    auth.make_partner(tx, organization_id)
    caller = Caller(organization_id)
    documentation = find_or_create_base(tx, caller, BUILTIN_KNOWLEDGE)
    knowledge.import_entries(
        tx, caller, documentation, builtin.FILE_NAME, builtin.builtin_entries()
    )
    if conversations.find_default_agent(tx, caller) is None:
        let_assistant_know(tx, caller, documentation)
        let_assistant_know(tx, caller, find_or_create_base(tx, caller, OWN_KNOWLEDGE))
    return organization_id


def find_or_create_base(tx: Transaction, caller: Caller, name: str) -> str:
    found = knowledge.find_base_by_name(tx, caller, name)
    return knowledge.create_base(tx, caller, name) if found is None else found


def let_assistant_know(tx: Transaction, caller: Caller, knowledge_id: str) -> None:
    """Let the assistant that holds new sessions answer from the base; made if there is none."""
    agent = conversations.find_default_agent(tx, caller)
    if agent is None:
        wanted = AssistantCreate(name="Assistant", knowledge_ids=[knowledge_id])
        assistant = orchestrator.create_assistant(tx, caller, wanted)
        body = AgentCreate(name="Assistant", type="ai", assistant_id=assistant.id)
        conversations.create_agent(
            tx, caller, body, hold_assistant=orchestrator.hold_assistant, is_default=True
        )
    elif agent.assistant_id is not None:
        orchestrator.add_knowledge(tx, caller, agent.assistant_id, knowledge_id)


def _belongs(tx: Transaction, token: str, organization_id: str) -> bool:
    try:
        return auth.identify(tx, hash_secret(token)).organization_id == organization_id
    except (InvalidToken, TokenExpired, TokenRevoked):
        return False
