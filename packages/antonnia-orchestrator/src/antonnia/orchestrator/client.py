"""The client of the orchestrator API."""

from __future__ import annotations

from antonnia.core import ServiceClient, Transport

from .assistants import Assistants
from .knowledge import KnowledgeBases
from .runs import Runs


class Orchestrator(ServiceClient):
    """Assistants, the knowledge that they answer from, and the runs in which they answered.

    ```python
    async with Orchestrator(token="your_api_token") as client:
        for knowledge in await client.knowledge.search():
            print(knowledge.name, knowledge.entries)
    ```

    Its options, its retries, and what any call may raise are those of every `ServiceClient`.
    """

    _prefix = "/orchestrator/v1"

    assistants: Assistants
    """Who answers for an AI agent, and from which knowledge."""

    knowledge: KnowledgeBases
    """What assistants answer from; entries are at `knowledge.entries`, gaps at `knowledge.gaps`."""

    runs: Runs
    """How an assistant came to what it said."""

    def _carry_with(self, transport: Transport) -> None:
        super()._carry_with(transport)
        self.assistants = Assistants(transport)
        self.knowledge = KnowledgeBases(transport)
        self.runs = Runs(transport)
