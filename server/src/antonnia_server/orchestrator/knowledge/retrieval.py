"""From a contact's question to the entries of one knowledge base that may answer it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller

from . import index
from .calibration import PRIOR, Calibration, Features
from .index import Candidate, Index
from .ranking import Comparison, Question, Term, weigh
from .spelling import allowed_distance, nearest_word
from .stop_words import SMALL_TALK, STOP_WORDS
from .storage import entries as storage
from .storage import words as words_storage
from .storage.bases import BaseRow
from .strangers import SMALL_BASE, STRANGE_SHARE, has_strangers
from .words import question_words, word_of

# How many entries are compared with the question; the right one is nearly always among them.
CANDIDATES = 12
# Its index counts no word twice and so knows less well which ones are the best.
CANDIDATES_ON_POSTGRES = 30

# How many of them are matches at most.
MAX_MATCHES = 10

# What a corrected word counts for: it may have been another one.
CORRECTED_SHARE = 0.9

# How many words of a question are corrected.
MAX_CORRECTED = 8

# "Hello" and "thanks" are answered only by an entry that is about nothing else.
SMALL_TALK_COVERAGE = 0.9

# Below this confidence an entry is no match, whatever it shares with the question.
MIN_CONFIDENCE = 0.1


@dataclass(frozen=True, slots=True)
class Match:
    """An entry that may answer a question."""

    knowledge_id: str
    entry_id: str
    title: str
    # As it was imported, character by character.
    text: str
    source: str
    # The probability that it answers the question; see `calibration`.
    confidence: float


class Held(NamedTuple):
    """What of an entry is left out of a search that teaches: one phrasing, or all of it."""

    number: int
    phrasing: int | None


class Ranked(NamedTuple):
    """An entry that was compared with the question."""

    number: int
    comparison: Comparison
    # Whether the question has words that are strange to it. It is looked for in small bases, and
    # only in as many as somebody wants to see.
    has_strangers: bool = False


def find_matches(
    tx: Transaction, caller: Caller, base: BaseRow, question: str, *, limit: int = MAX_MATCHES
) -> list[Match]:
    """The best candidates of one base, most confident first."""
    asked = question_words(question)
    limit = min(limit, MAX_MATCHES)
    ranked = rank(tx, caller, base, asked, seen=limit)
    if not ranked:
        return []
    calibration = PRIOR if base.calibration is None else Calibration(**base.calibration)
    matches: list[Match] = []
    confidence = 1.0
    for place, each in enumerate(ranked[:limit]):
        # One that is not the best cannot be surer than the best, whatever it covers.
        features = features_of(ranked[place:])
        if place > 0:
            features = features._replace(lead=0.0)
        probability = calibration.probability(features)
        if each.has_strangers:
            probability *= STRANGE_SHARE
        confidence = min(confidence, probability)
        if confidence < MIN_CONFIDENCE:
            break
        entry = storage.find_stored(tx, caller, base.id, each.number)
        if entry is not None:
            match = Match(base.id, entry.id, entry.title, entry.text, entry.source, confidence)
            matches.append(match)
    return matches


def features_of(ranked: Sequence[Ranked]) -> Features:
    """Of the first one."""
    best = ranked[0].comparison
    second = ranked[1].comparison.score if len(ranked) > 1 else 0.0
    lead = 1 - second / best.score
    return Features(best.coverage, best.asked_for, lead)


def rank(
    tx: Transaction,
    caller: Caller,
    base: BaseRow,
    asked: Sequence[str],
    held: Held | None = None,
    *,
    seen: int = 0,
) -> list[Ranked]:
    """The entries that share words with the question, best first.

    `seen` is how many of them somebody wants to see.
    """
    where = Index(base.id, base.index_format)
    terms = _terms(tx, caller, base, where, asked)
    counts = {term.word: count for term, count in terms}
    is_small_talk = all(word in SMALL_TALK for word in asked)
    limit = CANDIDATES_ON_POSTGRES if tx.is_postgres else CANDIDATES
    found = index.find_candidates(tx, where, counts, limit=limit)
    candidates = [each for each in (_without(candidate, held) for candidate in found) if each]
    question = Question([term for term, _ in terms], [each.phrasings for each in candidates])
    ranked: list[Ranked] = []
    for candidate in candidates:
        comparison = question.compare(candidate.phrasings, candidate.text)
        if comparison.coverage > 0 and (not is_small_talk or _is_all(comparison)):
            ranked.append(Ranked(candidate.number, comparison))
    # The sort is stable: among equals the order of the candidates decides.
    ranked.sort(key=lambda each: -each.comparison.score)
    if base.entry_count < SMALL_BASE:
        by_number = {candidate.number: candidate for candidate in candidates}
        for place, each in enumerate(ranked[:seen]):
            is_strange = has_strangers(counts, by_number[each.number])
            ranked[place] = each._replace(has_strangers=is_strange)
    return ranked


def _terms(
    tx: Transaction, caller: Caller, base: BaseRow, where: Index, asked: Sequence[str]
) -> list[tuple[Term, int]]:
    """The words of the question in the spelling of the base, and how many entries have each."""
    last_number = storage.last_number(tx, caller, base.id)
    written = [word_of(word) for word in asked]
    counts = index.count_entries_with(tx, where, dict.fromkeys(written), last_number)
    meant: dict[str, str] = {}
    for word in [word for word in counts if not counts[word]][:MAX_CORRECTED]:
        corrected = _corrected(tx, caller, base, word)
        if corrected is not None and corrected not in counts:
            counts |= index.count_entries_with(tx, where, [corrected], last_number)
        if corrected is not None and counts[corrected]:
            meant[word] = corrected
    words = [meant.get(word, word) for word in written]
    terms = weigh(words, base.entry_count, [counts[word] for word in words])
    return [
        (_less(term) if word in meant else term, counts[term.word])
        for term, word in zip(terms, written, strict=True)
    ]


def _less(term: Term) -> Term:
    return term._replace(weight=term.weight * CORRECTED_SHARE)


def _corrected(tx: Transaction, caller: Caller, base: BaseRow, word: str) -> str | None:
    difference = allowed_distance(word)
    if difference == 0 or word in STOP_WORDS:
        return None
    alike = words_storage.list_alike(tx, caller, base.id, word, difference=difference)
    return nearest_word(word, alike)


def _without(candidate: Candidate, held: Held | None) -> Candidate | None:
    """The candidate without what is held out of it, unless that is all of it."""
    if held is None or held.number != candidate.number:
        return candidate
    if held.phrasing is None:
        return None
    kept = [each for place, each in enumerate(candidate.phrasings) if place != held.phrasing]
    return candidate._replace(phrasings=kept or [[]]) if kept or candidate.text else None


def _is_all(comparison: Comparison) -> bool:
    return min(comparison.coverage, comparison.asked_for) >= SMALL_TALK_COVERAGE
