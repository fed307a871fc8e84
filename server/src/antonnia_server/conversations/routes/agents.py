"""The paths of agents."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import Field, TypeAdapter

from antonnia.conversations.types import AgentCreate, AgentSearch, AgentUpdate, AIAgent, HumanAgent
from antonnia_server.http.documents import describes
from antonnia_server.http.endpoint import read, search, write
from antonnia_server.http.refusal import IdempotencyKeyReused

from .. import service
from ..errors import AgentInUse, AgentNotFound, AssistantNotFound

router = APIRouter(tags=["agents"])
_Agent = Annotated[HumanAgent | AIAgent, Field(discriminator="type")]
_AGENTS = TypeAdapter(list[HumanAgent | AIAgent])


@router.post(
    "/agents",
    **describes(
        _Agent,
        permission="conversations:admin",
        body=AgentCreate,
        status=201,
        raises=[AssistantNotFound, IdempotencyKeyReused],
    ),
)
async def create_agent(request: Request) -> Response:
    """Make a human agent (`profile_id`) or an AI agent (`assistant_id`)."""
    create = _with_assistants(request, service.create_agent)
    return await write(request, create, body=AgentCreate, status=201)


@router.post(
    "/agents/search", **describes(list[_Agent], permission="conversations:read", body=AgentSearch)
)
async def search_agents(request: Request) -> Response:
    """List agents from the oldest to the newest."""
    return await search(request, service.search_agents, body=AgentSearch, items=_AGENTS)


@router.get(
    "/agents/{agent_id}",
    **describes(_Agent, permission="conversations:read", raises=[AgentNotFound]),
)
async def get_agent(request: Request, agent_id: str) -> Response:
    """Read an agent."""
    return await read(request, service.get_agent, agent_id)


@router.patch(
    "/agents/{agent_id}",
    **describes(
        _Agent,
        permission="conversations:admin",
        body=AgentUpdate,
        raises=[AgentNotFound, AssistantNotFound],
    ),
)
async def update_agent(request: Request, agent_id: str) -> Response:
    """Change an agent's name, or the profile or assistant behind it."""
    update = _with_assistants(request, service.update_agent)
    return await write(request, update, agent_id, body=AgentUpdate)


@router.delete(
    "/agents/{agent_id}",
    **describes(
        None, permission="conversations:admin", status=204, raises=[AgentNotFound, AgentInUse]
    ),
)
async def delete_agent(request: Request, agent_id: str) -> Response:
    """Delete an agent that holds no open session."""
    return await write(request, service.delete_agent, agent_id, status=204)


def _with_assistants(request: Request, service: Callable[..., Any]) -> Callable[..., Any]:
    """The service, which the application lets ask for assistants."""
    return partial(service, hold_assistant=request.app.state.hold_assistant)
