"""The client of the conversations API."""

from __future__ import annotations

from antonnia.core import ServiceClient, Transport

from .agents import Agents
from .sessions import Sessions


class Conversations(ServiceClient):
    """Sessions, their messages and the agents that hold them.

    ```python
    async with Conversations(token="your_api_token") as client:
        session = await client.sessions.create("user_12345", "John Doe")
    ```

    Its options, its retries, and what any call may raise are those of every `ServiceClient`.
    """

    _prefix = "/conversations/v2"

    sessions: Sessions
    """Sessions between contacts and agents; their messages are at `sessions.messages`."""

    agents: Agents
    """The people and AI assistants that hold sessions."""

    def _carry_with(self, transport: Transport) -> None:
        super()._carry_with(transport)
        self.sessions = Sessions(transport)
        self.agents = Agents(transport)
