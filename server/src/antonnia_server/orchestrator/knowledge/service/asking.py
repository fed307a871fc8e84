"""What the bases say to a question."""

from __future__ import annotations

from collections.abc import Sequence

from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller

from .. import retrieval
from ..errors import KnowledgeNotFound
from ..retrieval import Match
from ..storage import bases as storage
from ..storage.bases import BaseRow
from ..verdict import MAX_SUGGESTIONS, Verdict, divide, join, judge


def search(
    tx: Transaction, caller: Caller, knowledge_ids: Sequence[str], question: str, limit: int = 3
) -> list[Match]:
    """The entries that answer `question` best, most confident first, from all of the bases."""
    return _search(tx, caller, _find_bases(tx, caller, knowledge_ids), question, limit)


def decide(tx: Transaction, caller: Caller, knowledge_ids: Sequence[str], question: str) -> Verdict:
    """Answer, suggest or hand off; nothing of what was asked is passed over in silence."""
    bases = _find_bases(tx, caller, knowledge_ids)
    whole = judge(_search(tx, caller, bases, question))
    parts = divide(question)
    if not parts:
        return whole
    return join(whole, [(part, judge(_search(tx, caller, bases, part.text))) for part in parts])


def _find_bases(tx: Transaction, caller: Caller, knowledge_ids: Sequence[str]) -> list[BaseRow]:
    """The bases that can be asked.

    One that was deleted after an assistant had been given it is passed over: a contact asks all
    the same. One that never was is a mistake.
    """
    found: list[BaseRow] = []
    for knowledge_id in dict.fromkeys(knowledge_ids):
        base = storage.find_base(tx, caller, knowledge_id)
        if base is not None:
            found.append(base)
        elif not storage.was_deleted(tx, caller, knowledge_id):
            raise KnowledgeNotFound(knowledge_id)
    return found


def _search(
    tx: Transaction,
    caller: Caller,
    bases: Sequence[BaseRow],
    question: str,
    limit: int = MAX_SUGGESTIONS,
) -> list[Match]:
    matches = [
        match
        for base in bases
        for match in retrieval.find_matches(tx, caller, base, question, limit=limit)
    ]
    # The sort is stable: equals stay in the order of the bases and of their ranking.
    return sorted(matches, key=lambda match: -match.confidence)[:limit]
