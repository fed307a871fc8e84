# Generated from ../client.py by `make sync`; do not edit.

"""The client of the conversations API."""

from __future__ import annotations

from antonnia.core import SyncServiceClient, SyncTransport

from .agents import SyncAgents
from .sessions import SyncSessions


class SyncConversations(SyncServiceClient):
    """Sessions, their messages and the agents that hold them.

    ```python
    with SyncConversations(token="your_api_token") as client:
        session = client.sessions.create("user_12345", "John Doe")
    ```

    Its options, its retries, and what any call may raise are those of every `SyncServiceClient`.
    """

    _prefix = "/conversations/v2"

    sessions: SyncSessions
    """Sessions between contacts and agents; their messages are at `sessions.messages`."""

    agents: SyncAgents
    """The people and AI assistants that hold sessions."""

    def _carry_with(self, transport: SyncTransport) -> None:
        super()._carry_with(transport)
        self.sessions = SyncSessions(transport)
        self.agents = SyncAgents(transport)
