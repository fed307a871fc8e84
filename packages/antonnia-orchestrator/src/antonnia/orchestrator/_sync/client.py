# Generated from ../client.py by `make sync`; do not edit.

"""The client of the orchestrator API."""

from __future__ import annotations

from antonnia.core import SyncServiceClient, SyncTransport

from .assistants import SyncAssistants
from .knowledge import SyncKnowledgeBases
from .runs import SyncRuns


class SyncOrchestrator(SyncServiceClient):
    """Assistants, the knowledge that they answer from, and the runs in which they answered.

    ```python
    with SyncOrchestrator(token="your_api_token") as client:
        for knowledge in client.knowledge.search():
            print(knowledge.name, knowledge.entries)
    ```

    Its options, its retries, and what any call may raise are those of every `SyncServiceClient`.
    """

    _prefix = "/orchestrator/v1"

    assistants: SyncAssistants
    """Who answers for an AI agent, and from which knowledge."""

    knowledge: SyncKnowledgeBases
    """What assistants answer from; entries are at `knowledge.entries`, gaps at `knowledge.gaps`."""

    runs: SyncRuns
    """How an assistant came to what it said."""

    def _carry_with(self, transport: SyncTransport) -> None:
        super()._carry_with(transport)
        self.assistants = SyncAssistants(transport)
        self.knowledge = SyncKnowledgeBases(transport)
        self.runs = SyncRuns(transport)
