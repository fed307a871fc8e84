"""How much two texts look alike letter by letter, whatever the words in them mean."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence, Set

from .stop_words import weight_of
from .words import grams


class Letters:
    """A question, weighed against the entries it is compared with.

    A text is what its words are made of (see `grams`), and two texts look as much alike as the
    angle between them is small. What most of the entries have tells none of them from another, so
    it weighs little: in a bank that is whatever "card" and "account" are made of.
    """

    def __init__(self, question: Iterable[str], entries: Sequence[Iterable[str]]) -> None:
        counts: Counter[str] = Counter()
        for words in entries:
            counts.update(frozenset[str]().union(*map(grams, words)))
        # By the number of entries that have a gram, down to none.
        weights = [
            math.sqrt(math.log((len(entries) + 1) / (count + 0.5)))
            for count in range(len(entries) + 1)
        ]
        self._weights = {gram: weights[count] for gram, count in counts.items()}
        self._question: dict[str, float] = {}
        for word in question:
            for gram in grams(word):
                weight = weight_of(word) * self._weights.get(gram, weights[0])
                self._question[gram] = self._question.get(gram, 0.0) + weight
        self._length = math.hypot(*self._question.values()) or 1.0
        # For each word met so far: what it shares with the question, and its own length squared.
        self._met: dict[str, tuple[float, float]] = {}

    def likeness(self, words: Set[str]) -> float:
        """With one phrasing, about 0 to 1; repeated parts of words are not made up for."""
        for word in words:
            if word not in self._met:
                self._met[word] = self._meet(word)
        # Exact sums, so that the order of the words decides nothing between equal entries.
        shared = math.fsum([self._met[word][0] for word in words])
        square = math.fsum([self._met[word][1] for word in words])
        return shared / (self._length * math.sqrt(square)) if square else 0.0

    def _meet(self, word: str) -> tuple[float, float]:
        says = weight_of(word)
        found = grams(word)
        weights = self._weights
        asked = self._question
        shared = sum([weights[gram] * asked[gram] for gram in found & asked.keys()])
        return says * shared, says**2 * sum([weights[gram] ** 2 for gram in found])
