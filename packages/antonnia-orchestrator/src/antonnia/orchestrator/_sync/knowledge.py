# Generated from ../knowledge.py by `make sync`; do not edit.

"""Knowledge bases: what assistants answer from."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Iterator, Optional, cast

from antonnia.core import SyncItems, SyncPage, SyncTransport, make_body, path_of

from .entries import SyncEntries
from .gaps import SyncGaps

if TYPE_CHECKING:
    from antonnia.orchestrator.types import Knowledge, KnowledgeMatch, Verdict

    from .raw import SyncRawKnowledgeBases


class SyncKnowledgeBases:
    """The knowledge bases of an organization."""

    entries: SyncEntries
    """What a base knows."""

    gaps: SyncGaps
    """What contacts asked and it had no answer to."""

    def __init__(self, transport: SyncTransport) -> None:
        self._transport = transport
        self.entries = SyncEntries(transport)
        self.gaps = SyncGaps(transport)

    @property
    def with_raw_response(self) -> SyncRawKnowledgeBases:
        """The same methods, each with a `RawResponse`: status, headers, content and `parse()`."""
        return cast("SyncRawKnowledgeBases", SyncKnowledgeBases(self._transport.raw()))

    def create(self, name: str, *, idempotency_key: Optional[str] = None) -> Knowledge:
        """Make an empty knowledge base.

        Nobody answers from it before an assistant has it in its `knowledge_ids`.

        Args:
            name: 1–255 characters, unique in the organization.
            idempotency_key: Makes repeating the call harmless for 24 hours.

        Raises:
            ConflictError: `knowledge_name_taken`.
        """
        from antonnia.orchestrator.types import Knowledge, KnowledgeCreate

        return self._transport.post(
            path_of("knowledge"),
            Knowledge,
            make_body(KnowledgeCreate, name=name),
            idempotency_key=idempotency_key,
        )

    def get(self, knowledge_id: str) -> Knowledge:
        """Read a knowledge base; `entries` counts what it knows.

        Args:
            knowledge_id: The knowledge base, `kb_…`.

        Raises:
            NotFoundError: `knowledge_not_found`.
        """
        from antonnia.orchestrator.types import Knowledge

        return self._transport.get(path_of("knowledge", knowledge_id), Knowledge)

    def update(self, knowledge_id: str, name: Optional[str] = None) -> Knowledge:
        """Change the name of a knowledge base.

        `antonnia knowledge import` finds a base by its name.

        Args:
            knowledge_id: The knowledge base, `kb_…`.
            name: The new name, 1–255 characters.

        Raises:
            NotFoundError: `knowledge_not_found`.
            ConflictError: `knowledge_name_taken`.
        """
        from antonnia.orchestrator.types import Knowledge, KnowledgeUpdate

        body = make_body(KnowledgeUpdate, name=name)
        return self._transport.patch(path_of("knowledge", knowledge_id), Knowledge, body)

    def delete(self, knowledge_id: str) -> None:
        """Delete a knowledge base with its entries and its gaps.

        No assistant may have it among its `knowledge_ids`; take it from there first.

        Args:
            knowledge_id: The knowledge base, `kb_…`.

        Raises:
            ValidationError: `knowledge_in_use`; it names the assistants.
            NotFoundError: `knowledge_not_found`. With a connection error as its `__cause__`, an
                earlier try of this call may have deleted it.
        """
        return self._transport.delete(path_of("knowledge", knowledge_id))

    def search(
        self,
        name: Optional[str] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
        *,
        cursor: Optional[str] = None,
    ) -> SyncPage[Knowledge]:
        """Read the knowledge bases, from the oldest to the newest.

        Args:
            name: Only the base of exactly this name.
            limit: Bases per page, 1–1000; 100 by default.
            offset: Bases to skip; not together with `cursor`.
            cursor: The `next_cursor` of the page before.

        Raises:
            ValidationError: A value is out of its limits, or `cursor` came with `offset`.
        """
        from antonnia.orchestrator.types import Knowledge, KnowledgeList

        body = make_body(KnowledgeList, name=name, limit=limit, offset=offset, cursor=cursor)
        return self._transport.search(path_of("knowledge", "search"), Knowledge, body)

    def iter(
        self,
        *,
        limit: Optional[int] = None,
    ) -> Iterator[Knowledge]:
        """Go through all knowledge bases.

        Pages are fetched as they are reached. After an error the iterator can be asked again, and
        goes on where it stood.

        Args:
            limit: Bases per page, 1–1000; 100 by default.

        Raises:
            ValidationError: `limit` is out of its limits; raised with the first base.
        """
        return SyncItems.of_search(partial(self.search, None, limit))

    def search_matches(
        self, knowledge_id: str, question: str, limit: Optional[int] = None
    ) -> SyncPage[KnowledgeMatch]:
        """Find the entries that may answer a question, the most confident first.

        Nothing is remembered of it: no run, no gap.

        Args:
            knowledge_id: The knowledge base, `kb_…`.
            question: What a contact would write, 1–65,536 characters.
            limit: Matches at most, 1–20; 3 by default. There are no further pages.

        Raises:
            NotFoundError: `knowledge_not_found`.
            ValidationError: A value is out of its limits.
        """
        from antonnia.orchestrator.types import KnowledgeMatch, KnowledgeSearch

        body = make_body(KnowledgeSearch, question=question, limit=limit)
        path = path_of("knowledge", knowledge_id, "search")
        return self._transport.search(path, KnowledgeMatch, body)

    def decide(self, knowledge_id: str, question: str) -> Verdict:
        """Ask what an assistant with this base alone would do with a question.

        It answers, or suggests up to three entries, or hands over to a person. Nothing is
        remembered of it: no run, no gap.

        Args:
            knowledge_id: The knowledge base, `kb_…`.
            question: What a contact would write, 1–65,536 characters.

        Raises:
            NotFoundError: `knowledge_not_found`.
        """
        from antonnia.orchestrator.types import KnowledgeDecide, Verdict

        body = make_body(KnowledgeDecide, question=question)
        path = path_of("knowledge", knowledge_id, "decide")
        return self._transport.ask(path, Verdict, body)
