"""How well an entry answers a question, from what is known about each of the question's terms.

Confidence is mostly the share of the question that the entry covers, each term counted by how rare
it is in the knowledge base: "refund" says more than "order", and a word that the base has never
seen says that the question may be about something else. It compares across bases.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from .index import Occurrences

# A term that only the text holds may stand there by the way.
TEXT_SHARE = 0.7

# What the share of the title that was asked for counts: "refund status" is about the whole of
# "When do I get my refund?", but "sell bicycles" is about a third of "Do you sell gift cards?"
TITLE_SHARE = 0.2

# Reciprocal rank fusion; 60 is the constant of the paper that introduced it (Cormack, 2009).
FUSION_CONSTANT = 60


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one term of the question says about the entries."""

    occurrences: Occurrences
    # How rare the term is.
    weight: float
    # Below 1 if the entries spell the term differently.
    likeness: float = 1.0

    def cover(self, number: int) -> float:
        """How far the entry holds the term, 0 to 1."""
        if number in self.occurrences.in_title:
            return self.likeness
        if number in self.occurrences.anywhere:
            return self.likeness * TEXT_SHARE
        return 0.0


def rarity(entries: int, entries_with_term: int) -> float:
    """The weight of a term; one that no entry has weighs as much as one that a single entry has."""
    return math.log(1 + entries / max(entries_with_term, 1))


def fuse(*rankings: Sequence[int]) -> list[int]:
    """One ranking of several: what stands high in more than one comes first."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for place, number in enumerate(ranking):
            scores[number] = scores.get(number, 0.0) + 1 / (FUSION_CONSTANT + place)
    return sorted(scores, key=lambda number: (-scores[number], number))


def confidence(evidence: Sequence[Evidence], number: int, title_terms: int) -> float:
    """How sure it is that the entry answers the question, 0 to 1.

    `title_terms` is how many terms the entry's title has.
    """
    total = sum(each.weight for each in evidence)
    if total == 0:
        return 0.0
    coverage = sum(each.weight * each.cover(number) for each in evidence) / total
    asked_for = sum(number in each.occurrences.in_title for each in evidence)
    title_coverage = min(1.0, asked_for / max(title_terms, 1))
    return (1 - TITLE_SHARE) * coverage + TITLE_SHARE * title_coverage
