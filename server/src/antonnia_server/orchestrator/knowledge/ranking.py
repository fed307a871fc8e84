"""How well an entry answers a question: the words they share, weighed by what each one says.

A score is the sum of three looks at an entry, each about 0 to 1:

- word by word, at each of its phrasings; the best one counts, and the others a little. A rare word
  says more than a common one, a word that merely looks alike counts for as much as it does, and two
  words in the same order say more than apart. Long phrasings share more words by chance, so they
  are held to more. What only the text holds counts for less: it may stand there by the way.
- letter by letter, at the same phrasings (see `letters`): short questions seldom share a word with
  the one phrasing that an entry has.
- at all its phrasings and its text as one, as bm25 does it: a question takes a word from one of
  them and another from the next, and what most of them have is what the entry is about.

The score orders the entries. How sure the best of them is comes from how much of the question it
covers, how much of its phrasing was asked for, and how far it is ahead of the second by score; a
base learns from its own phrasings what these are worth (see `calibration`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, pairwise
from operator import attrgetter
from typing import NamedTuple

from .letters import SAME_LIKENESS, Letters
from .stop_words import STOP_WORD_WEIGHT, STOP_WORDS, weight_of

# Rarity counts by less than its square root: by itself it lets one odd word decide.
RARITY_EXPONENT = 0.4

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

# What looking alike letter by letter counts for, beside the words.
LETTERS_SHARE = 0.75

# What all phrasings and the text as one count for, beside the words of the best phrasing.
POOLED_SHARE = 1.5

# How often a word must stand in an entry of usual length to count for half, and how much of that
# depends on the entry's length.
HALF_TIMES = 1.2
LENGTH_SHARE = 0.5

# Of an entry's phrasings those that share the most words with the question are compared.
MAX_COMPARED = 16

# Of one entry: the words of each, in order.
Phrasings = Sequence[Sequence[str]]


class Term(NamedTuple):
    """A word of the question."""

    word: str
    weight: float


class Question:
    """A question, weighed against one base; compares itself with entries.

    `among` are the phrasings of all these entries: what they share tells none of them apart.
    """

    def __init__(self, terms: Sequence[Term], among: Sequence[Phrasings]) -> None:
        self._weights = {term.word: term.weight for term in terms}
        self._words = frozenset(self._weights)
        # What having a word says, in this base and by itself.
        self._asked = [
            (word, weight**2, weight_of(word) ** 2) for word, weight in self._weights.items()
        ]
        self._pairs = {
            (left.word, right.word): (PAIR_WEIGHT * (left.weight + right.weight) / 2) ** 2
            for left, right in pairwise(terms)
        }
        self._sum = sum(self._weights.values()) or 1.0
        self._total = sum(weight**2 for weight in self._weights.values()) or 1.0
        self._total_of_all = self._total + sum(self._pairs.values())
        shortened = [self._shortened(phrasings) for phrasings in among]
        self._letters = Letters(
            self._weights, [{*chain.from_iterable(phrasings)} for phrasings in shortened]
        )
        lengths = [_words_in(phrasings) for phrasings in shortened]
        self._usual_length = sum(lengths) / len(lengths) if any(lengths) else 1.0

    def compare(self, phrasings: Phrasings, text: Iterable[str]) -> Comparison:
        """How the entry with these phrasings and a text of these words fits."""
        phrasings = self._shortened(phrasings)
        in_text = self._words.intersection(text)
        times: dict[str, float] = {}
        compared = [self._compare(phrasing, in_text, times) for phrasing in phrasings]
        compared.sort(key=_score, reverse=True)
        best = compared[0]
        others = sum(map(_score, compared[1 : 1 + MAX_OTHERS]))
        for word in in_text:
            times.setdefault(word, 1.0)
        pooled = self._pooled(times, _words_in(phrasings))
        score = best.score + OTHERS_SHARE * others + POOLED_SHARE * pooled
        return Comparison(score, best.coverage, best.asked_for)

    def _shortened(self, phrasings: Phrasings) -> Phrasings:
        if len(phrasings) <= MAX_COMPARED:
            return phrasings
        asked = self._words
        return sorted(phrasings, key=lambda each: -len(asked.intersection(each)))[:MAX_COMPARED]

    def _pooled(self, times: Mapping[str, float], length: int) -> float:
        """All phrasings as one: how often each word of the question stands in them."""
        longer = LENGTH_SHARE * length / self._usual_length
        half = HALF_TIMES * (1 - LENGTH_SHARE + longer)
        weights = self._weights
        found = sum([weights[word] * count / (count + half) for word, count in times.items()])
        return found / self._sum

    def _compare(
        self, phrasing: Sequence[str], text: frozenset[str], times: dict[str, float]
    ) -> Comparison:
        """Adds to `times` how often each word of the question stands in the phrasing."""
        present = set(phrasing)
        resemblance = self._letters.meet(present)
        shared = in_text = covered = matched = 0.0
        for word, square, says in self._asked:
            if word in present:
                matched += says
                shared += square
                covered += square
                times[word] = times.get(word, 0.0) + 1.0
                continue
            alike = resemblance.alike.get(word, 0.0)
            matched += alike * says
            if alike >= SAME_LIKENESS:
                times[word] = times.get(word, 0.0) + alike
            if alike * LIKENESS_SHARE < TEXT_SHARE and word in text:
                in_text += square * TEXT_SHARE
                covered += square * max(alike, TEXT_SHARE)
            else:
                shared += square * alike * LIKENESS_SHARE
                covered += square * alike
        for pair in pairwise(phrasing):
            if pair in self._pairs:
                shared += self._pairs[pair]
        little = len(present & STOP_WORDS)
        length = len(present) - little + little * STOP_WORD_WEIGHT**2 or 1.0
        score = shared / length**LENGTH_EXPONENT + in_text / USUAL_LENGTH**LENGTH_EXPONENT
        score /= self._total_of_all
        score += LETTERS_SHARE * resemblance.likeness
        return Comparison(score, covered / self._total, min(1.0, matched / length))


class Comparison(NamedTuple):
    """How an entry fits a question."""

    # Orders the entries of a base; means nothing beside another question's.
    score: float
    # The share of the question that the entry covers, 0 to 1.
    coverage: float
    # The share of the entry's phrasing that was asked for, 0 to 1.
    asked_for: float


_score = attrgetter("score")


def _words_in(phrasings: Phrasings) -> int:
    return sum(map(len, phrasings))


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
