"""What the orchestrator refuses; what knowledge refuses is in `knowledge.errors`."""

from __future__ import annotations

from collections.abc import Sequence

from antonnia_server.http.refusal import Refusal


class RunNotFound(Refusal):
    status = 404
    code = "run_not_found"
    title = "No such run"

    def __init__(self, run_id: str) -> None:
        super().__init__(f"There is no run {run_id!r}.")


class GapNotFound(Refusal):
    status = 404
    code = "gap_not_found"
    title = "No such gap"

    def __init__(self, gap_id: str) -> None:
        super().__init__(f"There is no gap {gap_id!r} in this knowledge base.")


class GapAnswered(Refusal):
    status = 422
    code = "gap_answered"
    title = "The gap is answered already"

    def __init__(self, gap_id: str, entry_id: str | None) -> None:
        super().__init__(f"Gap {gap_id} is answered by entry {entry_id}. Change that entry.")


class EntryFull(Refusal):
    status = 422
    code = "entry_full"
    title = "The entry has as many phrasings as it can"

    def __init__(self, entry_id: str, most: int) -> None:
        super().__init__(
            f"Entry {entry_id} has {most} phrasings, the most an entry can have. Remove those "
            "that say the same, or answer the question with an entry of its own."
        )


class AssistantInUse(Refusal):
    status = 422
    code = "assistant_in_use"
    title = "An AI agent has the assistant"

    def __init__(self, assistant_id: str, agent_id: str) -> None:
        super().__init__(
            f"AI agent {agent_id} has assistant {assistant_id}. Delete the agent, or give it "
            "another assistant."
        )


class KnowledgeInUse(Refusal):
    status = 422
    code = "knowledge_in_use"
    title = "An assistant answers from the knowledge base"

    def __init__(self, knowledge_id: str, assistants: Sequence[str], *, more: bool) -> None:
        super().__init__(
            f"Knowledge base {knowledge_id} is answered from by {', '.join(assistants)}"
            f"{' and more assistants' if more else ''}. Take it from their `knowledge_ids` first."
        )
