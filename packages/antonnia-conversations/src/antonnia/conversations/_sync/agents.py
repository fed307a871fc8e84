# Generated from ../agents.py by `make sync`; do not edit.

"""Agents: the people and the AI assistants that hold sessions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Iterator, Optional, Type, cast

from antonnia.core import SyncItems, SyncPage, SyncTransport, make_body, path_of

if TYPE_CHECKING:
    from antonnia.conversations.types import Agent, AgentType

    from .raw import SyncRawAgents


class SyncAgents:
    """The agents of an organization."""

    def __init__(self, transport: SyncTransport) -> None:
        self._transport = transport

    @property
    def with_raw_response(self) -> SyncRawAgents:
        """The same methods, each with a `RawResponse`: status, headers, content and `parse()`."""
        return cast("SyncRawAgents", SyncAgents(self._transport.raw()))

    def create(
        self,
        name: str,
        type: AgentType,
        assistant_id: Optional[str] = None,
        profile_id: Optional[str] = None,
        *,
        idempotency_key: Optional[str] = None,
    ) -> Agent:
        """Create an agent, who can then be given sessions.

        Args:
            name: What contacts and colleagues see, 1–255 characters.
            type: `"ai"` or `"human"`.
            assistant_id: The assistant that answers, for an AI agent.
            profile_id: The person, under any id of yours, for a human agent.
            idempotency_key: Makes repeating the call harmless for 24 hours.

        Raises:
            NotFoundError: `assistant_not_found`.
            ValidationError: The id that the type needs is missing.
        """
        from antonnia.conversations.types import AgentCreate

        body = make_body(
            AgentCreate, name=name, type=type, assistant_id=assistant_id, profile_id=profile_id
        )
        path = path_of("agents")
        return self._transport.post(path, _agent_type(), body, idempotency_key=idempotency_key)

    def get(self, agent_id: str) -> Agent:
        """Read an agent.

        Args:
            agent_id: The agent, `agent_…`.

        Raises:
            NotFoundError: `agent_not_found`.
        """
        return self._transport.get(path_of("agents", agent_id), _agent_type())

    def update(
        self,
        agent_id: str,
        name: Optional[str] = None,
        assistant_id: Optional[str] = None,
        profile_id: Optional[str] = None,
    ) -> Agent:
        """Change an agent; what is left out stays as it is.

        Sessions that the agent holds show the change at once.

        Args:
            agent_id: The agent, `agent_…`.
            name: The new name, 1–255 characters.
            assistant_id: The new assistant of an AI agent.
            profile_id: The new person behind a human agent.

        Raises:
            NotFoundError: `agent_not_found`, `assistant_not_found`.
            ValidationError: The id does not belong to an agent of this type.
        """
        from antonnia.conversations.types import AgentFields, AgentUpdate

        fields = make_body(AgentFields, name=name, assistant_id=assistant_id, profile_id=profile_id)
        body = make_body(AgentUpdate, fields=fields)
        return self._transport.patch(path_of("agents", agent_id), _agent_type(), body)

    def delete(self, agent_id: str) -> None:
        """Delete an agent that holds no open session.

        Closed sessions still name it.

        Args:
            agent_id: The agent, `agent_…`.

        Raises:
            ValidationError: `agent_in_use`; transfer or finish its open sessions first.
            NotFoundError: `agent_not_found`. With a connection error as its `__cause__`, an
                earlier try of this call may have deleted it.
        """
        return self._transport.delete(path_of("agents", agent_id))

    def search(
        self,
        type: Optional[AgentType] = None,
        assistant_id: Optional[str] = None,
        profile_id: Optional[str] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
        *,
        cursor: Optional[str] = None,
    ) -> SyncPage[Agent]:
        """Find the agents that match all that is given.

        Args:
            type: Only `"ai"` or only `"human"` agents.
            assistant_id: Only agents of this assistant.
            profile_id: Only agents of this person.
            limit: Agents per page, 1–1000; 100 by default.
            offset: Agents to skip; not together with `cursor`.
            cursor: The `next_cursor` of the page before.

        Raises:
            ValidationError: A value is out of its limits, or `cursor` came with `offset`.
        """
        from antonnia.conversations.types import AgentSearch

        body = make_body(
            AgentSearch,
            type=type,
            assistant_id=assistant_id,
            profile_id=profile_id,
            limit=limit,
            offset=offset,
            cursor=cursor,
        )
        return self._transport.search(path_of("agents", "search"), _agent_type(), body)

    def iter(
        self,
        type: Optional[AgentType] = None,
        *,
        assistant_id: Optional[str] = None,
        profile_id: Optional[str] = None,
        limit: Optional[int] = None,
    ) -> Iterator[Agent]:
        """Go through all agents that match all that is given.

        Pages are fetched as they are reached; none is repeated or skipped when agents are added
        meanwhile. After an error the iterator can be asked again, and goes on where it stood.

        Args:
            type: Only `"ai"` or only `"human"` agents.
            assistant_id: Only agents of this assistant.
            profile_id: Only agents of this person.
            limit: Agents per page, 1–1000; 100 by default.

        Raises:
            ValidationError: A value is out of its limits; raised with the first agent.
        """
        return SyncItems.of_search(partial(self.search, type, assistant_id, profile_id, limit))


def _agent_type() -> Type[Agent]:
    from antonnia.conversations.types import Agent

    # A union is no class to a type checker, though pydantic reads it like one.
    return cast("Type[Agent]", Agent)
