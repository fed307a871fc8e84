"""Gaps: what contacts asked and the knowledge had no answer to, until somebody answers it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from antonnia.orchestrator.types import Gap, GapAnswer, GapDismiss, GapSearch
from antonnia_server import ids
from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.http.pagination import Listing, window
from antonnia_server.http.refusal import invalid
from antonnia_server.jobs import Job

from .. import wire
from ..errors import EntryFull, GapAnswered, GapNotFound
from ..knowledge import service as knowledge
from ..knowledge.errors import KnowledgeNotFound
from ..knowledge.words import fold, words
from ..storage import gaps as storage
from ..storage.gaps import GapRow

# What is kept of a question: as much as the title of an entry may have.
MAX_QUESTION_CHARACTERS = 1_000

# How many gaps of each status a base keeps. Nobody reads so many, and contacts can write anything.
MAX_GAPS = 10_000

# How many gaps one unit of work deletes.
PIECE = 500

_PLACES: dict[str, tuple[type, ...]] = {"most_asked": (int, int, str), "newest": (int, str)}


class GapKey(NamedTuple):
    """Where a gap is."""

    knowledge_id: str
    gap_id: str


def get_gap(tx: Transaction, caller: Caller, knowledge_id: str, gap_id: str) -> Gap:
    knowledge.get_base(tx, caller, knowledge_id)
    return wire.gap(_find(tx, caller, knowledge_id, gap_id))


def search_gaps(
    tx: Transaction, caller: Caller, knowledge_id: str, body: GapSearch
) -> Listing[Gap]:
    """Gaps of one status, the most asked or the newest first."""
    knowledge.get_base(tx, caller, knowledge_id)
    wanted = window(body, f"gaps_{body.order}", _PLACES[body.order])
    found = storage.list_gaps(
        tx, caller, knowledge_id, wanted, status=body.status, order=body.order
    )
    return wanted.page(
        found,
        wire.gap,
        lambda row: tuple(getattr(row, column.name) for column in storage.PLACES[body.order]),
    )


def answer_gap(
    tx: Transaction, caller: Caller, knowledge_id: str, gap_id: str, body: GapAnswer
) -> Gap:
    """Have the question answered from now on: by an entry of its own, or by one that is there."""
    _refuse_unclear(body)
    gap = _lock(tx, caller, knowledge_id, gap_id)
    if body.entry_id is None:
        assert body.text is not None, "one of the two is there"
        title = gap.question if body.title is None else body.title
        entry_id = knowledge.create_entry(
            tx, caller, knowledge_id, title=title, text=body.text, phrasings=[gap.question]
        )
    else:
        entry_id = body.entry_id
        entry = knowledge.get_entry(tx, caller, knowledge_id, entry_id)
        if len(entry.phrasings) + len(entry.added_phrasings) >= knowledge.MAX_PHRASINGS:
            raise EntryFull(entry_id, knowledge.MAX_PHRASINGS)
        knowledge.add_phrasing(tx, caller, knowledge_id, entry_id, gap.question)
    return wire.gap(_change(tx, caller, gap, gap._replace(status="answered", entry_id=entry_id)))


def dismiss_gap(
    tx: Transaction, caller: Caller, knowledge_id: str, gap_id: str, body: GapDismiss
) -> Gap:
    """Put a question aside; what is aside already stays so."""
    gap = _lock(tx, caller, knowledge_id, gap_id)
    return wire.gap(_change(tx, caller, gap, gap._replace(status="dismissed")))


def record_gap(
    tx: Transaction,
    caller: Caller,
    knowledge_ids: Sequence[str],
    question: str,
    *,
    session_id: str,
    run_id: str,
) -> GapKey | None:
    """Keep a question that was not answered, or count it up.

    It belongs to the first of the assistant's bases. One that was answered is open again, because
    its answer did not serve; one that was dismissed stays so.
    """
    kept = question.strip()[:MAX_QUESTION_CHARACTERS]
    knowledge_id = _lock_first(tx, caller, knowledge_ids)
    # A mere number or sign asks for nothing that an entry could answer.
    if knowledge_id is None or not any(character.isalpha() for character in kept):
        return None
    fingerprint = _fingerprint(kept)
    gap = storage.find_same_gap(tx, caller, knowledge_id, fingerprint)
    if gap is not None:
        asked = gap._replace(
            times_asked=gap.times_asked + 1,
            session_id=session_id,
            run_id=run_id,
            last_asked_at=tx.now,
        )
        if gap.status == "answered":
            asked = asked._replace(status="open", entry_id=None)
        _change(tx, caller, gap, asked)
        return GapKey(knowledge_id, gap.id)
    gap_id = ids.new("gap")
    _make_room(tx, caller, knowledge_id, "open")
    storage.create_gap(
        tx,
        GapRow(
            id=gap_id,
            organization_id=caller.organization_id,
            knowledge_id=knowledge_id,
            question=kept,
            fingerprint=fingerprint,
            times_asked=1,
            session_id=session_id,
            run_id=run_id,
            status="open",
            entry_id=None,
            created_at=tx.now,
            last_asked_at=tx.now,
        ),
    )
    return GapKey(knowledge_id, gap_id)


def settle_gap(tx: Transaction, caller: Caller, key: GapKey, entry_id: str) -> None:
    """The contact has said which entry answers it; of a gap that is gone there is nothing to do."""
    _lock_first(tx, caller, [key.knowledge_id])
    gap = storage.find_gap(tx, caller, key.knowledge_id, key.gap_id)
    if gap is not None and gap.status == "open":
        _change(tx, caller, gap, gap._replace(status="answered", entry_id=entry_id))


def delete_gaps(tx: Transaction, caller: Caller, job: Job) -> bool:
    """Delete some gaps of a base that is deleted; whether there may be more."""
    return storage.delete_gaps(tx, caller, job.arguments["knowledge_id"], at_most=PIECE) == PIECE


def _refuse_unclear(body: GapAnswer) -> None:
    if (body.text is None) == (body.entry_id is None):
        raise invalid(["body"], "say either `text` or `entry_id`")
    if body.entry_id is not None and body.title is not None:
        raise invalid(["body", "title"], "is for a new entry; with `entry_id` there is none")


def _lock(tx: Transaction, caller: Caller, knowledge_id: str, gap_id: str) -> GapRow:
    """A gap that nobody has answered; two answers at once would otherwise make two entries."""
    if _lock_first(tx, caller, [knowledge_id]) is None:
        raise KnowledgeNotFound(knowledge_id)
    gap = _find(tx, caller, knowledge_id, gap_id)
    if gap.status == "answered":
        raise GapAnswered(gap_id, gap.entry_id)
    return gap


def _find(tx: Transaction, caller: Caller, knowledge_id: str, gap_id: str) -> GapRow:
    gap = storage.find_gap(tx, caller, knowledge_id, gap_id)
    if gap is None:
        raise GapNotFound(gap_id)
    return gap


def _change(tx: Transaction, caller: Caller, gap: GapRow, changed: GapRow) -> GapRow:
    if changed.status != gap.status:
        _make_room(tx, caller, gap.knowledge_id, changed.status)
    if changed != gap:
        storage.update_gap(tx, caller, changed)
    return changed


def _make_room(tx: Transaction, caller: Caller, knowledge_id: str, status: str) -> None:
    """Have a place for one more gap of this status; the least asked goes, the oldest of those."""
    storage.delete_gaps_beyond(tx, caller, knowledge_id, status, kept=MAX_GAPS - 1, at_most=PIECE)


def _lock_first(tx: Transaction, caller: Caller, knowledge_ids: Sequence[str]) -> str | None:
    """The first of the bases that is still there, held: the gaps of a base are written in turn."""
    for knowledge_id in knowledge_ids:
        if knowledge.lock_base(tx, caller, knowledge_id) is not None:
            return knowledge_id
    return None


def _fingerprint(question: str) -> str:
    folded = fold(question)
    same = " ".join(words(folded)) or folded
    return hashlib.sha256(same.encode()).hexdigest()
