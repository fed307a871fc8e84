"""Gaps: what contacts asked and the knowledge had no answer to."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, AsyncIterator, Optional, cast

from antonnia.core import Items, Page, Transport, make_body, path_of

if TYPE_CHECKING:
    from antonnia.orchestrator.types import Gap, GapOrder, GapStatus

    from .raw import RawGaps


class Gaps:
    """The questions that were handed to a person, or answered with a suggestion.

    The same question again is the same gap, asked once more. A base keeps 10,000 of each status;
    beyond that the least asked are forgotten, the oldest first.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @property
    def with_raw_response(self) -> RawGaps:
        """The same methods, each with a `RawResponse`: status, headers, content and `parse()`."""
        return cast("RawGaps", Gaps(self._transport.raw()))

    async def get(self, knowledge_id: str, gap_id: str) -> Gap:
        """Read a gap.

        Args:
            knowledge_id: The knowledge base, `kb_…`.
            gap_id: The gap, `gap_…`.

        Raises:
            NotFoundError: `knowledge_not_found`, `gap_not_found`.
        """
        from antonnia.orchestrator.types import Gap

        return await self._transport.get(path_of("knowledge", knowledge_id, "gaps", gap_id), Gap)

    async def search(
        self,
        knowledge_id: str,
        status: Optional[GapStatus] = None,
        order: Optional[GapOrder] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
        *,
        cursor: Optional[str] = None,
    ) -> Page[Gap]:
        """Read the gaps of a base.

        A gap that is asked again while you page may move from one page to another.

        Args:
            knowledge_id: The knowledge base, `kb_…`.
            status: `"open"` ones by default, or those `"answered"` or `"dismissed"`.
            order: `"most_asked"` first by default, or `"newest"` by when they were last asked.
            limit: Gaps per page, 1–1000; 100 by default.
            offset: Gaps to skip; not together with `cursor`.
            cursor: The `next_cursor` of the page before.

        Raises:
            NotFoundError: `knowledge_not_found`.
            ValidationError: A value is out of its limits, or `cursor` came with `offset`.
        """
        from antonnia.orchestrator.types import Gap, GapSearch

        body = make_body(
            GapSearch, status=status, order=order, limit=limit, offset=offset, cursor=cursor
        )
        path = path_of("knowledge", knowledge_id, "gaps", "search")
        return await self._transport.search(path, Gap, body)

    def iter(
        self,
        knowledge_id: str,
        status: Optional[GapStatus] = None,
        order: Optional[GapOrder] = None,
        *,
        limit: Optional[int] = None,
    ) -> AsyncIterator[Gap]:
        """Go through all gaps of a base that have a status.

        Pages are fetched as they are reached. After an error the iterator can be asked again, and
        goes on where it stood.

        Args:
            knowledge_id: The knowledge base, `kb_…`.
            status: `"open"` ones by default, or those `"answered"` or `"dismissed"`.
            order: `"most_asked"` first by default, or `"newest"` by when they were last asked.
            limit: Gaps per page, 1–1000; 100 by default.

        Raises:
            NotFoundError: `knowledge_not_found`; raised with the first gap.
        """
        return Items.of_search(partial(self.search, knowledge_id, status, order, limit))

    async def answer(
        self,
        knowledge_id: str,
        gap_id: str,
        text: Optional[str] = None,
        *,
        title: Optional[str] = None,
        entry_id: Optional[str] = None,
        idempotency_key: Optional[str] = None,
    ) -> Gap:
        """Close a gap: the next contact who asks this is answered.

        With `text` the question becomes an entry of its own. With `entry_id` it becomes another
        phrasing of an entry that is there. Contacts who asked before are not written to.

        Args:
            knowledge_id: The knowledge base, `kb_…`.
            gap_id: The gap, `gap_…`.
            text: What contacts are answered with as it stands, 1–64,000 characters.
            title: The new entry's title, if not the question, 1–1,000 characters.
            entry_id: The entry of the same base that answers the question, `entry_…`.
            idempotency_key: Makes repeating the call harmless for 24 hours.

        Raises:
            NotFoundError: `knowledge_not_found`, `gap_not_found`, `entry_not_found`.
            ValidationError: `gap_answered`; or neither or both of `text` and `entry_id`.
        """
        from antonnia.orchestrator.types import Gap, GapAnswer

        body = make_body(GapAnswer, text=text, title=title, entry_id=entry_id)
        return await self._transport.post(
            path_of("knowledge", knowledge_id, "gaps", gap_id, "answer"),
            Gap,
            body,
            idempotency_key=idempotency_key,
        )

    async def dismiss(
        self, knowledge_id: str, gap_id: str, *, idempotency_key: Optional[str] = None
    ) -> Gap:
        """Put a gap aside that needs no answer; asked again it is counted, but stays aside.

        Args:
            knowledge_id: The knowledge base, `kb_…`.
            gap_id: The gap, `gap_…`.
            idempotency_key: Makes repeating the call harmless for 24 hours.

        Raises:
            NotFoundError: `knowledge_not_found`, `gap_not_found`.
            ValidationError: `gap_answered`.
        """
        from antonnia.orchestrator.types import Gap, GapDismiss

        return await self._transport.post(
            path_of("knowledge", knowledge_id, "gaps", gap_id, "dismiss"),
            Gap,
            make_body(GapDismiss),
            idempotency_key=idempotency_key,
        )
