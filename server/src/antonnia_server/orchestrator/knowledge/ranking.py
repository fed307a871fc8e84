"""How well an entry answers a question: the words they share, weighed by what each one says.

An entry is compared by each of its phrasings; the best one counts, and the others a little. A rare
word says more than a common one, a word that merely looks alike counts for as much as it does, and
two words in the same order say more than apart. Long phrasings share more words by chance, so they
are held to more. What only the text holds counts for less: it may stand there by the way.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from .stop_words import STOP_WORDS
from .words import likeness

# "How", "why" and "not" do tell questions apart, but less than what is asked about.
STOP_WORD_WEIGHT = 0.4

# Rarity counts by less than its square root: by itself it lets one odd word decide.
RARITY_EXPONENT = 0.4

# Below this likeness two words have nothing to do with each other.
MIN_LIKENESS = 0.3

# A shorter word looks like nothing but itself.
MIN_ALIKE_CHARACTERS = 4

# Looking alike counts for this much of being the same.
LIKENESS_SHARE = 0.8

# Two words in a row, beside one word.
PAIR_WEIGHT = 0.5

# What a word of the text counts for, beside one of a phrasing.
TEXT_SHARE = 0.6

# How much is taken from long phrasings; 0.5 would be the cosine, which takes too much.
LENGTH_EXPONENT = 0.35

# The length of a usual phrasing, which a text is taken for: how long the title above it is says
# nothing about the text.
USUAL_LENGTH = 4.0

# What the entry's other phrasings count for, and how many of them.
OTHERS_SHARE = 0.15
MAX_OTHERS = 4

# Of an entry's phrasings those that share the most words with the question are compared.
MAX_COMPARED = 16

_NONE: dict[str, float] = {}


class Term(NamedTuple):
    """A word of the question."""

    word: str
    weight: float


class Question:
    """A question, weighed against one base; compares itself with entries."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self._weights = {term.word: term.weight for term in terms}
        self._pairs = {
            (left.word, right.word): PAIR_WEIGHT * (left.weight + right.weight) / 2
            for left, right in pairwise(terms)
        }
        self._total = sum(weight**2 for weight in self._weights.values()) or 1.0
        self._total_of_pairs = sum(weight**2 for weight in self._pairs.values())
        # For each word that may be written differently: the words met so far that look like it.
        self._alike: dict[str, dict[str, float]] = {
            word: {} for word in self._weights if _may_look_alike(word)
        }
        self._met: set[str] = set()

    def compare(self, phrasings: Sequence[Sequence[str]], text: frozenset[str]) -> Comparison:
        """How the entry with these phrasings (their words, in order) and this text fits."""
        if len(phrasings) > MAX_COMPARED:
            asked = self._weights.keys()
            phrasings = sorted(phrasings, key=lambda each: -len(asked & set(each)))[:MAX_COMPARED]
        compared = [self._compare(phrasing, text) for phrasing in phrasings]
        best, *others = sorted(compared, key=lambda each: -each.score)
        score = best.score + OTHERS_SHARE * sum(each.score for each in others[:MAX_OTHERS])
        return replace(best, score=score)

    def _compare(self, phrasing: Sequence[str], text: frozenset[str]) -> Comparison:
        present = set(phrasing)
        self._meet(present)
        shared = in_text = covered = matched = 0.0
        for word, weight in self._weights.items():
            square = weight**2
            if word in present:
                matched += weight_of(word) ** 2
                shared += square
                covered += square
                continue
            alike = max(
                (
                    share
                    for other, share in self._alike.get(word, _NONE).items()
                    if other in present
                ),
                default=0.0,
            )
            matched += alike * weight_of(word) ** 2
            if word in text and alike * LIKENESS_SHARE < TEXT_SHARE:
                in_text += square * TEXT_SHARE
                covered += square * max(alike, TEXT_SHARE)
            else:
                shared += square * alike * LIKENESS_SHARE
                covered += square * alike
        for pair in pairwise(phrasing):
            if pair in self._pairs:
                shared += self._pairs[pair] ** 2
        length = sum(weight_of(word) ** 2 for word in present) or 1.0
        score = shared / length**LENGTH_EXPONENT + in_text / USUAL_LENGTH**LENGTH_EXPONENT
        score /= self._total + self._total_of_pairs
        return Comparison(score, covered / self._total, min(1.0, matched / length))

    def _meet(self, words: set[str]) -> None:
        """Compare words that were not met before with each word of the question."""
        for other in words - self._met:
            self._met.add(other)
            if not _may_look_alike(other):
                continue
            for word, found in self._alike.items():
                share = likeness(word, other)
                if share >= MIN_LIKENESS:
                    found[other] = share


@dataclass(frozen=True, slots=True)
class Comparison:
    """How an entry fits a question."""

    # Orders the entries of a base; means nothing beside another question's.
    score: float
    # The share of the question that the entry covers, 0 to 1.
    coverage: float
    # The share of the entry's phrasing that was asked for, 0 to 1.
    asked_for: float


def _may_look_alike(word: str) -> bool:
    """Little words and short ones look like too many others."""
    return len(word) >= MIN_ALIKE_CHARACTERS and word not in STOP_WORDS


def weight_of(word: str) -> float:
    """What a word says by itself, without a base to be rare in."""
    return STOP_WORD_WEIGHT if word in STOP_WORDS else 1.0


def weigh(words: Sequence[str], entries: int, entries_with: Sequence[int]) -> list[Term]:
    """The words as terms of a question, each with the number of entries that have it."""
    return [
        Term(word, weight_of(word) * _rarity(entries, count))
        for word, count in zip(words, entries_with, strict=True)
    ]


def _rarity(entries: int, entries_with_word: int) -> float:
    """A word that no entry has is a little rarer than one that a single entry has."""
    rarity = math.log((entries + 1) / (min(entries_with_word, entries) + 0.5))
    return math.pow(rarity, RARITY_EXPONENT)
