"""The search for sessions; on PostgreSQL, see `path_search`.

Three ways lead to a page. Without metadata, or by contact, the sessions are walked along one of
their indexes. By metadata of which one term is rare, the rows of that term are walked. By several
frequent terms, the blocks say where they meet, and only the tail, which no block holds, is walked.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from typing import Any

from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.http.pagination import Found, Window

from ..metadata import filter_term, indexed_path, indexed_value
from . import blocks, path_search
from .block_search import list_ids_in_blocks
from .blocks import Place
from .sessions import SessionRow, each_session
from .walks import Walk, Wanted

# No LIMIT of SQL may be larger; an `offset` may be as large as this by itself.
_LARGEST = 2**63 - 1


def list_sessions(
    tx: Transaction,
    caller: Caller,
    window: Window,
    *,
    filters: Mapping[str, str | None],
    metadata: Mapping[str, Any],
    created_after: int | None,
    created_before: int | None,
) -> Found[SessionRow]:
    """Sessions from the newest to the oldest.

    `filters` gives columns and the values they must equal, `None` for those that must be null.
    """
    if tx.is_postgres:
        return path_search.list_sessions(
            tx,
            caller,
            window,
            filters=filters,
            metadata=metadata,
            created_after=created_after,
            created_before=created_before,
        )
    terms = [(indexed_path(path), indexed_value(value)) for path, value in metadata.items()]
    has_contact = "contact_id" in filters
    rare = [term for term in terms if not has_contact and not blocks.has_bits(tx, caller, term)]
    if rare:
        terms = rare[:1] + [term for term in terms if term != rare[0]]
    wanted = Wanted(
        filters=filters,
        terms=terms,
        created_after=created_after,
        created_before=created_before,
        after=None if window.after is None else Place(*window.after),
    )
    walk = Walk(wanted, along_rows=bool(terms) and not has_contact)
    end = None
    # Neither are the blocks needed for one term alone: every step of its walk is a session found.
    if not has_contact and not rare and len(terms) + len(filters) > 1:
        end = blocks.find_end(tx, caller)
    if end is None:
        found = walk.rows(tx, caller, window.offset, window.fetch)
    else:
        found = each_session(tx, caller, _tail_and_blocks(tx, caller, window, walk, end))
    with closing(found) as rows:
        return window.take(rows, lambda row: row.metadata)


def _tail_and_blocks(
    tx: Transaction, caller: Caller, window: Window, walk: Walk, end: Place
) -> list[str]:
    """The sessions that the walk finds in the tail, then those of the blocks."""
    in_tail = walk.ids_beyond(tx, caller, end, min(window.offset + window.fetch, _LARGEST))
    ids = in_tail[window.offset :]
    wanted = walk.wanted
    filters = [filter_term(name, value) for name, value in wanted.filters.items()]
    return ids + list_ids_in_blocks(
        tx,
        caller,
        wanted.terms + filters,
        wanted,
        end=end,
        offset=max(0, window.offset - len(in_tail)),
        limit=window.fetch - len(ids),
    )
