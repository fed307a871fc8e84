"""Whether a question has words that an entry has nothing like.

A large base has heard most of what its contacts say: a word that none of its entries has is rare
there, and lowers how sure the best entry is by itself. A base of a few entries has heard nothing.
"How long is the guarantee?" is most of "How long is the delivery?", and no other entry is nearer.
So there a single word that says something and is strange to the entry makes an answer a suggestion.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import takewhile

from .index import Candidate
from .letters import SAME_LIKENESS
from .stop_words import SMALL_TALK, STOP_WORDS
from .words import grams, likeness

# A base with as many entries is not a small one.
SMALL_BASE = 20

# What is left of a probability: less than an answer takes, however sure it was.
STRANGE_SHARE = 0.55

# A word of so few letters looks like too many others; as the whole beginning of one it will do.
SHORT = 3

# With so many letters in common at their beginning two words are forms of one.
SAME_BEGINNING = 5

# Said around a question, like stop words, but at times what a question is about.
_IN_PASSING = frozenset(
    """
    again approximately currently exactly find finding generally item items look looking lot nearby
    normally one people person quickly roughly soon today tomorrow typically usual usually
    two three four five six seven eight nine ten
    monday tuesday wednesday thursday friday saturday sunday weekend
    cade encontrar exatamente geralmente hoje amanha normalmente pessoa pessoas
    generalmente hoy manana persona personas
    aujourd demain generalement hui normalement trouver
    finden heute morgen normalerweise
    """.split()  # noqa: SIM905  # a list of them would be a page
)


def has_strangers(asked: Iterable[str], candidate: Candidate) -> bool:
    """`asked` are the words of the question, in the spelling of the base."""
    known = set(candidate.text).union(*candidate.phrasings)
    unknown = [word for word in asked if word not in known and _says_something(word)]
    near = _near(unknown, known)
    return any(not any(_is_form_of(word, other) for other in near) for word in unknown)


def _near(unknown: Sequence[str], known: Iterable[str]) -> list[str]:
    """The words that may be a form of an unknown one.

    A text has thousands of words. To compare each of them with each of the question would take
    seconds, and nobody else would be served meanwhile.
    """
    beginnings = {word[:SHORT] for word in unknown}
    asked = frozenset[str]().union(*map(grams, unknown))
    fewest = min((len(grams(word)) for word in unknown), default=0)
    near: list[str] = []
    for other in known if unknown else ():
        theirs = grams(other)
        is_like_them = 2 * len(asked & theirs) >= SAME_LIKENESS * (fewest + len(theirs))
        if is_like_them or other[:SHORT] in beginnings:
            near.append(other)
    return near


def _says_something(word: str) -> bool:
    # A number seldom says what is asked for: "a table for 4".
    is_little = word in STOP_WORDS or word in SMALL_TALK or word in _IN_PASSING
    return word.isalpha() and not is_little


def _is_form_of(word: str, other: str) -> bool:
    """Whether the two begin alike, with endings of their own, or look alike as a whole."""
    shorter, longer = sorted((len(word), len(other)))
    pairs = zip(word, other, strict=False)
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    begins_alike = same >= SAME_BEGINNING or same == shorter >= SHORT
    if begins_alike and longer - same < same:
        return True
    return shorter > SHORT and likeness(word, other) >= SAME_LIKENESS
