# Generated from ../raw.py by `make sync`; do not edit.

# Generated from the clients by `make sync`; do not edit.

"""What `with_raw_response` offers: the methods of the client, with answers as they came."""

from __future__ import annotations

from typing import TYPE_CHECKING, List, Optional, Protocol, Union

from antonnia.core import NOT_GIVEN, NotGiven, SyncPage

if TYPE_CHECKING:
    from antonnia.core import RawResponse
    from antonnia.orchestrator.types import (
        Assistant,
        Gap,
        GapOrder,
        GapStatus,
        Knowledge,
        KnowledgeEntry,
        KnowledgeMatch,
        Run,
        RunStep,
        Verdict,
    )


class SyncRawAssistants(Protocol):
    """`SyncAssistants`, with answers as they came."""

    def create(
        self,
        name: str,
        *,
        knowledge_ids: Optional[List[str]] = None,
        description: Optional[str] = None,
        idempotency_key: Optional[str] = None,
    ) -> RawResponse[Assistant]:
        """Make an assistant that answers from knowledge bases."""
        ...

    def get(self, assistant_id: str) -> RawResponse[Assistant]:
        """Read an assistant."""
        ...

    def update(
        self,
        assistant_id: str,
        *,
        name: Optional[str] = None,
        knowledge_ids: Optional[List[str]] = None,
        description: Union[str, NotGiven, None] = NOT_GIVEN,
    ) -> RawResponse[Assistant]:
        """Change an assistant; what is left out stays as it is."""
        ...

    def delete(self, assistant_id: str) -> RawResponse[None]:
        """Delete an assistant that no AI agent has."""
        ...

    def search(
        self,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
        *,
        cursor: Optional[str] = None,
    ) -> RawResponse[SyncPage[Assistant]]:
        """Read assistants from the oldest to the newest."""
        ...


class SyncRawEntries(Protocol):
    """`SyncEntries`, with answers as they came."""

    def create(
        self,
        knowledge_id: str,
        title: str,
        text: str,
        *,
        phrasings: Optional[List[str]] = None,
        source: Optional[str] = None,
        idempotency_key: Optional[str] = None,
    ) -> RawResponse[KnowledgeEntry]:
        """Add an entry; the next question may be answered with it."""
        ...

    def get(self, knowledge_id: str, entry_id: str) -> RawResponse[KnowledgeEntry]:
        """Read an entry."""
        ...

    def update(
        self,
        knowledge_id: str,
        entry_id: str,
        *,
        title: Optional[str] = None,
        text: Optional[str] = None,
        phrasings: Optional[List[str]] = None,
        source: Optional[str] = None,
    ) -> RawResponse[KnowledgeEntry]:
        """Change an entry; what is left out stays as it is."""
        ...

    def delete(self, knowledge_id: str, entry_id: str) -> RawResponse[None]:
        """Delete an entry; nobody is answered with it any more."""
        ...

    def search(
        self,
        knowledge_id: str,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
        *,
        cursor: Optional[str] = None,
    ) -> RawResponse[SyncPage[KnowledgeEntry]]:
        """Read the entries of a base in the order in which they came."""
        ...


class SyncRawGaps(Protocol):
    """`SyncGaps`, with answers as they came."""

    def get(self, knowledge_id: str, gap_id: str) -> RawResponse[Gap]:
        """Read a gap."""
        ...

    def search(
        self,
        knowledge_id: str,
        status: Optional[GapStatus] = None,
        order: Optional[GapOrder] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
        *,
        cursor: Optional[str] = None,
    ) -> RawResponse[SyncPage[Gap]]:
        """Read the gaps of a base."""
        ...

    def answer(
        self,
        knowledge_id: str,
        gap_id: str,
        text: Optional[str] = None,
        *,
        title: Optional[str] = None,
        entry_id: Optional[str] = None,
        idempotency_key: Optional[str] = None,
    ) -> RawResponse[Gap]:
        """Close a gap: the next contact who asks this is answered."""
        ...

    def dismiss(
        self, knowledge_id: str, gap_id: str, *, idempotency_key: Optional[str] = None
    ) -> RawResponse[Gap]:
        """Put a gap aside that needs no answer; asked again it is counted, but stays aside."""
        ...


class SyncRawKnowledgeBases(Protocol):
    """`SyncKnowledgeBases`, with answers as they came."""

    def create(self, name: str, *, idempotency_key: Optional[str] = None) -> RawResponse[Knowledge]:
        """Make an empty knowledge base."""
        ...

    def get(self, knowledge_id: str) -> RawResponse[Knowledge]:
        """Read a knowledge base; `entries` counts what it knows."""
        ...

    def update(self, knowledge_id: str, name: Optional[str] = None) -> RawResponse[Knowledge]:
        """Change the name of a knowledge base."""
        ...

    def delete(self, knowledge_id: str) -> RawResponse[None]:
        """Delete a knowledge base with its entries and its gaps."""
        ...

    def search(
        self,
        name: Optional[str] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
        *,
        cursor: Optional[str] = None,
    ) -> RawResponse[SyncPage[Knowledge]]:
        """Read the knowledge bases, from the oldest to the newest."""
        ...

    def search_matches(
        self, knowledge_id: str, question: str, limit: Optional[int] = None
    ) -> RawResponse[SyncPage[KnowledgeMatch]]:
        """Find the entries that may answer a question, the most confident first."""
        ...

    def decide(self, knowledge_id: str, question: str) -> RawResponse[Verdict]:
        """Ask what an assistant with this base alone would do with a question."""
        ...


class SyncRawRuns(Protocol):
    """`SyncRuns`, with answers as they came."""

    def get(self, run_id: str) -> RawResponse[Run]:
        """Read a run."""
        ...

    def list_steps(self, run_id: str) -> RawResponse[List[RunStep]]:
        """Read what a run did, step by step, all of it."""
        ...
