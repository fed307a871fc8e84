"""How much two texts look alike letter by letter, whatever the words in them mean."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from typing import NamedTuple

from .stop_words import STOP_WORDS, weight_of
from .words import grams

# Below this likeness two words have nothing to do with each other.
MIN_LIKENESS = 0.3

# From this one on they are taken for forms of one.
SAME_LIKENESS = 0.6

# A shorter word looks like nothing but itself.
MIN_ALIKE_CHARACTERS = 4


class _Met(NamedTuple):
    """What a word of an entry has in common with a question."""

    # What its grams and those of the question share, and the square of its own length.
    shared: float
    square: float
    # The words of the question that it looks like, and how much.
    alike: Sequence[tuple[str, float]]


class Resemblance(NamedTuple):
    """How much a phrasing looks like a question."""

    # About 0 to 1; repeated parts of words are not made up for.
    likeness: float
    # The words of the question that one of its words looks like, and how much at best.
    alike: Mapping[str, float]


class Letters:
    """A question, weighed against the entries it is compared with.

    A text is what its words are made of (see `grams`), and two texts look as much alike as the
    angle between them is small. What most of the entries have tells none of them from another, so
    it weighs little: in a bank that is whatever "card" and "account" are made of.
    """

    def __init__(self, question: Collection[str], entries: Sequence[Iterable[str]]) -> None:
        counts: Counter[str] = Counter()
        for words in entries:
            counts.update(frozenset[str]().union(*map(grams, words)))
        # By the number of entries that have a gram, down to none: its weight squared.
        squares = [
            math.log((len(entries) + 1) / (count + 0.5)) for count in range(len(entries) + 1)
        ]
        self._squares = {gram: squares[count] for gram, count in counts.items()}
        asked: dict[str, float] = {}
        for word in question:
            says = weight_of(word)
            for gram in grams(word):
                asked[gram] = asked.get(gram, 0.0) + says * math.sqrt(squares[counts[gram]])
        self._length = math.hypot(*asked.values()) or 1.0
        # What having a gram of the question adds to what is shared.
        self._shares = {
            gram: weight * math.sqrt(squares[counts[gram]]) for gram, weight in asked.items()
        }
        self._may_look_alike = [(word, grams(word)) for word in question if may_look_alike(word)]
        self._fewest = min((len(theirs) for _, theirs in self._may_look_alike), default=math.inf)
        self._met: dict[str, _Met] = {}

    def meet(self, words: Set[str]) -> Resemblance:
        """One phrasing."""
        shared: list[float] = []
        square: list[float] = []
        alike: dict[str, float] = {}
        for word in words:
            met = self._met.get(word) or self._meet(word)
            shared.append(met.shared)
            square.append(met.square)
            for asked, share in met.alike:
                alike[asked] = max(share, alike.get(asked, 0.0))
        # Exact sums, so that the order of the words decides nothing between equal entries.
        length = self._length * math.sqrt(math.fsum(square))
        return Resemblance(math.fsum(shared) / length if length else 0.0, alike)

    def _meet(self, word: str) -> _Met:
        says = weight_of(word)
        found = grams(word)
        common = found & self._shares.keys()
        shared = sum(map(self._shares.__getitem__, common))
        square = sum(map(self._squares.__getitem__, found))
        alike: list[tuple[str, float]] = []
        # With one word of the question it has no more in common than with all of them.
        is_near = 2 * len(common) >= MIN_LIKENESS * (len(found) + self._fewest)
        if is_near and may_look_alike(word):
            for asked, theirs in self._may_look_alike:
                share = 2 * len(common & theirs) / (len(found) + len(theirs))
                if share >= MIN_LIKENESS:
                    alike.append((asked, share))
        met = self._met[word] = _Met(says * shared, says**2 * square, alike)
        return met


def may_look_alike(word: str) -> bool:
    """Little words and short ones look like too many others."""
    return len(word) >= MIN_ALIKE_CHARACTERS and word not in STOP_WORDS
