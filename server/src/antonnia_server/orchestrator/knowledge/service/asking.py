"""What the bases say to a question."""

from __future__ import annotations

from collections.abc import Sequence

from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller

from .. import retrieval
from ..errors import KnowledgeNotFound
from ..retrieval import Match
from ..storage import bases as storage
from ..verdict import Verdict, judge


def search(
    tx: Transaction, caller: Caller, knowledge_ids: Sequence[str], question: str, limit: int = 3
) -> list[Match]:
    """The entries that answer `question` best, most confident first, from all of the bases."""
    kept = [each for each in dict.fromkeys(knowledge_ids) if _is_there(tx, caller, each)]
    return _search(tx, caller, kept, question)[:limit]


def decide(tx: Transaction, caller: Caller, knowledge_ids: Sequence[str], question: str) -> Verdict:
    """Answer, suggest or hand off."""
    kept = [each for each in dict.fromkeys(knowledge_ids) if _is_there(tx, caller, each)]
    return judge(_search(tx, caller, kept, question))


def _is_there(tx: Transaction, caller: Caller, knowledge_id: str) -> bool:
    """Whether the base can be asked.

    One that was deleted after an assistant had been given it is passed over: a contact asks all
    the same. One that never was is a mistake.
    """
    if storage.find_base(tx, caller, knowledge_id) is not None:
        return True
    if storage.was_deleted(tx, caller, knowledge_id):
        return False
    raise KnowledgeNotFound(knowledge_id)


def _search(
    tx: Transaction, caller: Caller, knowledge_ids: Sequence[str], question: str
) -> list[Match]:
    matches = [
        match
        for knowledge_id in knowledge_ids
        for match in retrieval.find_matches(tx, caller, knowledge_id, question)
    ]
    # The sort is stable: equals stay in the order of the bases and of their ranking.
    return sorted(matches, key=lambda match: -match.confidence)
