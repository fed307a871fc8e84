"""Made-up entries, for a base that is large and about many other things."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import accumulate

from antonnia_server.orchestrator.knowledge.entry import Entry

SEED = 20_000
VOCABULARY = 20_000
_FIRST = [
    "How do I set up",
    "What is",
    "Why does",
    "Where can I find",
    "Can I change",
    "Tell me about",
]
_JOINTS = ["of the", "for my", "with a", "in the", "and"]


def fillers(count: int) -> Iterator[Entry]:
    """Questions with little words as people use them and others as rare as words are."""
    chance = random.Random(SEED)
    words = [_word(chance) for _ in range(VOCABULARY)]
    # The n-th word is about as frequent as 1/n, as in any language.
    weights = list(accumulate(1 / rank for rank in range(1, VOCABULARY + 1)))
    for number in range(count):
        some = chance.choices(words, cum_weights=weights, k=34)
        first, joint = chance.choice(_FIRST), chance.choice(_JOINTS)
        title = f"{first} {some[0]} {some[1]} {joint} {some[2]}?"
        name = f"filler-{number}"
        yield Entry("question", title, f"{' '.join(some[3:])}.", name, anchor=name)


def _word(chance: random.Random) -> str:
    syllables = chance.randint(2, 4)
    return "".join(
        chance.choice("bcdfgklmnprstvz") + chance.choice("aeiou") for _ in range(syllables)
    )
