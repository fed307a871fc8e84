# Generated from ../entries.py by `make sync`; do not edit.

"""Entries: what a knowledge base knows."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Iterator, List, Optional, cast

from antonnia.core import SyncItems, SyncPage, SyncTransport, make_body, path_of

if TYPE_CHECKING:
    from antonnia.orchestrator.types import KnowledgeEntry

    from .raw import SyncRawEntries


class SyncEntries:
    """The entries of knowledge bases."""

    def __init__(self, transport: SyncTransport) -> None:
        self._transport = transport

    @property
    def with_raw_response(self) -> SyncRawEntries:
        """The same methods, each with a `RawResponse`: status, headers, content and `parse()`."""
        return cast("SyncRawEntries", SyncEntries(self._transport.raw()))

    def create(
        self,
        knowledge_id: str,
        title: str,
        text: str,
        *,
        phrasings: Optional[List[str]] = None,
        source: Optional[str] = None,
        idempotency_key: Optional[str] = None,
    ) -> KnowledgeEntry:
        """Add an entry; the next question may be answered with it.

        Args:
            knowledge_id: The knowledge base, `kb_…`.
            title: What the entry is about, best as a contact would ask it, 1–1,000 characters.
            text: What contacts are answered with as it stands, 1–64,000 characters.
            phrasings: Other words for the title, 100 at most, each 1–1,000 characters.
            source: Where the answer is from, shown to the contact with it, 1–1,000 characters.
            idempotency_key: Makes repeating the call harmless for 24 hours.

        Raises:
            NotFoundError: `knowledge_not_found`.
            ValidationError: A text is out of its limits.
        """
        from antonnia.orchestrator.types import EntryCreate, KnowledgeEntry

        body = make_body(EntryCreate, title=title, text=text, phrasings=phrasings, source=source)
        return self._transport.post(
            path_of("knowledge", knowledge_id, "entries"),
            KnowledgeEntry,
            body,
            idempotency_key=idempotency_key,
        )

    def get(self, knowledge_id: str, entry_id: str) -> KnowledgeEntry:
        """Read an entry.

        Args:
            knowledge_id: The knowledge base, `kb_…`.
            entry_id: The entry, `entry_…`.

        Raises:
            NotFoundError: `knowledge_not_found`, `entry_not_found`.
        """
        from antonnia.orchestrator.types import KnowledgeEntry

        path = path_of("knowledge", knowledge_id, "entries", entry_id)
        return self._transport.get(path, KnowledgeEntry)

    def update(
        self,
        knowledge_id: str,
        entry_id: str,
        *,
        title: Optional[str] = None,
        text: Optional[str] = None,
        phrasings: Optional[List[str]] = None,
        source: Optional[str] = None,
    ) -> KnowledgeEntry:
        """Change an entry; what is left out stays as it is.

        An entry that a file brought is replaced when that file is imported again.

        Args:
            knowledge_id: The knowledge base, `kb_…`.
            entry_id: The entry, `entry_…`.
            title: The new title, 1–1,000 characters.
            text: The new answer, 1–64,000 characters.
            phrasings: All other words for the title from now on, 100 at most.
            source: Where the answer is from, 1–1,000 characters.

        Raises:
            NotFoundError: `knowledge_not_found`, `entry_not_found`.
            ValidationError: A text is out of its limits.
        """
        from antonnia.orchestrator.types import EntryUpdate, KnowledgeEntry

        body = make_body(EntryUpdate, title=title, text=text, phrasings=phrasings, source=source)
        path = path_of("knowledge", knowledge_id, "entries", entry_id)
        return self._transport.patch(path, KnowledgeEntry, body)

    def delete(self, knowledge_id: str, entry_id: str) -> None:
        """Delete an entry; nobody is answered with it any more.

        Args:
            knowledge_id: The knowledge base, `kb_…`.
            entry_id: The entry, `entry_…`.

        Raises:
            NotFoundError: `knowledge_not_found`, `entry_not_found`. With a connection error as
                its `__cause__`, an earlier try of this call may have deleted it.
        """
        return self._transport.delete(path_of("knowledge", knowledge_id, "entries", entry_id))

    def search(
        self,
        knowledge_id: str,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
        *,
        cursor: Optional[str] = None,
    ) -> SyncPage[KnowledgeEntry]:
        """Read the entries of a base in the order in which they came.

        To find what answers a question, ask `knowledge.search_matches`.

        Args:
            knowledge_id: The knowledge base, `kb_…`.
            limit: Entries per page, 1–1000; 100 by default.
            offset: Entries to skip; not together with `cursor`.
            cursor: The `next_cursor` of the page before.

        Raises:
            NotFoundError: `knowledge_not_found`.
            ValidationError: A value is out of its limits, or `cursor` came with `offset`.
        """
        from antonnia.orchestrator.types import EntrySearch, KnowledgeEntry

        body = make_body(EntrySearch, limit=limit, offset=offset, cursor=cursor)
        path = path_of("knowledge", knowledge_id, "entries", "search")
        return self._transport.search(path, KnowledgeEntry, body)

    def iter(
        self,
        knowledge_id: str,
        *,
        limit: Optional[int] = None,
    ) -> Iterator[KnowledgeEntry]:
        """Go through all entries of a base, in the order in which they came.

        Pages are fetched as they are reached. After an error the iterator can be asked again, and
        goes on where it stood.

        Args:
            knowledge_id: The knowledge base, `kb_…`.
            limit: Entries per page, 1–1000; 100 by default.

        Raises:
            NotFoundError: `knowledge_not_found`; raised with the first entry.
        """
        return SyncItems.of_search(partial(self.search, knowledge_id, limit))
