"""From a contact's question to the entries of one knowledge base that may answer it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller

from . import index, ranking
from .index import Occurrences
from .ranking import Evidence
from .spelling import nearest_word
from .storage import entries as storage
from .storage.entries import StoredEntry
from .words import Term, fold, terms, words

# How many entries each list of candidates has; the right one is nearly always in the first few.
CANDIDATES = 20

# Where a misspelled word is looked up: this many entries, and so much of each.
MAX_ALIKE = 10
MAX_ALIKE_CHARACTERS = 4_000

# What a corrected word counts for: it may have been another one.
CORRECTED_LIKENESS = 0.9


@dataclass(frozen=True, slots=True)
class Match:
    """An entry that may answer a question."""

    knowledge_id: str
    entry_id: str
    title: str
    # As it was imported, character by character.
    text: str
    source: str
    # 0 to 1; see `ranking`.
    confidence: float


def find_matches(tx: Transaction, caller: Caller, knowledge_id: str, question: str) -> list[Match]:
    """The candidates of one base, most confident first."""
    entries = storage.count_entries(tx, caller, knowledge_id)
    asked = [_spelled(tx, caller, knowledge_id, term) for term in terms(question)]
    candidates = ranking.fuse(
        index.find_by_words(tx, knowledge_id, [each.term for each in asked], limit=CANDIDATES),
        index.find_by_pieces(tx, knowledge_id, [each.term for each in asked], limit=CANDIDATES),
    )
    evidence = [
        Evidence(
            each.occurrences,
            weight=ranking.rarity(entries, len(each.occurrences.anywhere)),
            likeness=each.likeness,
        )
        for each in asked
    ]
    stored = storage.entries_by_number(tx, caller, knowledge_id, candidates)
    matches = [_match(knowledge_id, stored[number], evidence) for number in candidates]
    # Three characters in common are not yet an answer. The sort is stable: among equals the order
    # of the candidates decides.
    return sorted(
        (match for match in matches if match.confidence > 0), key=lambda match: -match.confidence
    )


class _Asked(NamedTuple):
    """A term of the question, in the spelling of the base."""

    term: Term
    occurrences: Occurrences
    likeness: float


def _spelled(tx: Transaction, caller: Caller, knowledge_id: str, term: Term) -> _Asked:
    """The term as it stands, or, if no entry has it, the word that it may have been meant as."""
    occurrences = index.find_occurrences(tx, knowledge_id, term)
    if occurrences.anywhere or term.is_piece:
        return _Asked(term, occurrences, 1.0)
    alike = index.find_by_pieces(tx, knowledge_id, [term], limit=MAX_ALIKE)
    stored = storage.entries_by_number(tx, caller, knowledge_id, alike)
    corrected = nearest_word(term.text, _vocabulary(stored.values()))
    if corrected is None:
        return _Asked(term, occurrences, 1.0)
    term = Term(corrected)
    return _Asked(term, index.find_occurrences(tx, knowledge_id, term), CORRECTED_LIKENESS)


def _vocabulary(entries: Iterable[StoredEntry]) -> Iterable[str]:
    for entry in entries:
        yield from words(fold(f"{entry.title} {entry.text[:MAX_ALIKE_CHARACTERS]}"))


# The same few titles are candidates again and again.
@lru_cache(maxsize=10_000)
def _count_terms(title: str) -> int:
    return len(terms(title))


def _match(knowledge_id: str, entry: StoredEntry, evidence: Sequence[Evidence]) -> Match:
    confidence = ranking.confidence(evidence, entry.number, _count_terms(entry.title))
    return Match(knowledge_id, entry.id, entry.title, entry.text, entry.source, confidence)
