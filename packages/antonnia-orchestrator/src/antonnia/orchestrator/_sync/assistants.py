# Generated from ../assistants.py by `make sync`; do not edit.

"""Assistants: who answers for an AI agent, and from which knowledge."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Iterator, List, Optional, Union, cast

from antonnia.core import (
    NOT_GIVEN,
    NotGiven,
    SyncItems,
    SyncPage,
    SyncTransport,
    make_body,
    path_of,
)

if TYPE_CHECKING:
    from antonnia.orchestrator.types import Assistant

    from .raw import SyncRawAssistants


class SyncAssistants:
    """The assistants of an organization."""

    def __init__(self, transport: SyncTransport) -> None:
        self._transport = transport

    @property
    def with_raw_response(self) -> SyncRawAssistants:
        """The same methods, each with a `RawResponse`: status, headers, content and `parse()`."""
        return cast("SyncRawAssistants", SyncAssistants(self._transport.raw()))

    def create(
        self,
        name: str,
        *,
        knowledge_ids: Optional[List[str]] = None,
        description: Optional[str] = None,
        idempotency_key: Optional[str] = None,
    ) -> Assistant:
        """Make an assistant that answers from knowledge bases.

        It answers nobody before an AI agent has it: `agents.create(name, "ai", assistant_id=…)`.

        Args:
            name: What colleagues see, 1–255 characters.
            knowledge_ids: The bases that it answers from, `kb_…`, 20 at most; the gaps of what
                it cannot answer are kept in the first.
            description: What it is for, at most 4,096 characters.
            idempotency_key: Makes repeating the call harmless for 24 hours.

        Raises:
            NotFoundError: `knowledge_not_found`.
        """
        from antonnia.orchestrator.types import Assistant, AssistantCreate

        body = make_body(
            AssistantCreate, name=name, knowledge_ids=knowledge_ids, description=description
        )
        return self._transport.post(
            path_of("assistants"), Assistant, body, idempotency_key=idempotency_key
        )

    def get(self, assistant_id: str) -> Assistant:
        """Read an assistant.

        Args:
            assistant_id: The assistant, `asst_…`.

        Raises:
            NotFoundError: `assistant_not_found`.
        """
        from antonnia.orchestrator.types import Assistant

        return self._transport.get(path_of("assistants", assistant_id), Assistant)

    def update(
        self,
        assistant_id: str,
        *,
        name: Optional[str] = None,
        knowledge_ids: Optional[List[str]] = None,
        description: Union[str, NotGiven, None] = NOT_GIVEN,
    ) -> Assistant:
        """Change an assistant; what is left out stays as it is.

        The next reply is answered by the assistant as it is then. A change makes `version` one
        higher; what changes nothing does not.

        Args:
            assistant_id: The assistant, `asst_…`.
            name: The new name, 1–255 characters.
            knowledge_ids: All the bases that it answers from now on, 20 at most.
            description: The new description; `None` takes it away.

        Raises:
            NotFoundError: `assistant_not_found`, `knowledge_not_found`.
        """
        from antonnia.orchestrator.types import Assistant, AssistantUpdate

        body = make_body(
            AssistantUpdate, {"description": description}, name=name, knowledge_ids=knowledge_ids
        )
        return self._transport.patch(path_of("assistants", assistant_id), Assistant, body)

    def delete(self, assistant_id: str) -> None:
        """Delete an assistant that no AI agent has.

        Its runs stay.

        Args:
            assistant_id: The assistant, `asst_…`.

        Raises:
            ValidationError: `assistant_in_use`; delete the AI agents that have it first, or give
                them another.
            NotFoundError: `assistant_not_found`.
        """
        return self._transport.delete(path_of("assistants", assistant_id))

    def search(
        self,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
        *,
        cursor: Optional[str] = None,
    ) -> SyncPage[Assistant]:
        """Read assistants from the oldest to the newest.

        Args:
            limit: Assistants per page, 1–1000; 100 by default.
            offset: Assistants to skip; not together with `cursor`.
            cursor: The `next_cursor` of the page before.

        Raises:
            ValidationError: A value is out of its limits, or `cursor` came with `offset`.
        """
        from antonnia.orchestrator.types import Assistant, AssistantSearch

        body = make_body(AssistantSearch, limit=limit, offset=offset, cursor=cursor)
        return self._transport.search(path_of("assistants", "search"), Assistant, body)

    def iter(
        self,
        *,
        limit: Optional[int] = None,
    ) -> Iterator[Assistant]:
        """Go through all assistants, from the oldest to the newest.

        Pages are fetched as they are reached. After an error the iterator can be asked again, and
        goes on where it stood.

        Args:
            limit: Assistants per page, 1–1000; 100 by default.

        Raises:
            ValidationError: `limit` is out of its limits; raised with the first assistant.
        """
        return SyncItems.of_search(partial(self.search, limit))
