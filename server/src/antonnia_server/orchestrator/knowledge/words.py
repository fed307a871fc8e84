"""What is left of a text for searching: folded words, and which of them say little."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from .irregular import WORD_OF
from .stop_words import STOP_WORDS

# What a question is cut to, so that a message of any length costs about the same.
MAX_QUESTION_CHARACTERS = 4_000
MAX_TERMS = 32
MAX_WORD_CHARACTERS = 64

# English, Spanish, Portuguese and French make plurals with an s; "gas" and "bus" are none.
_PLURAL = re.compile("...[^isu]s$")
_ACCENTS = re.compile("[\u0300-\u036f]")
# Scripts written without spaces: Thai and Lao, Myanmar, Khmer, kana, Han.
_SPACELESS = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]+)"
)


class _Divisions(dict[int, int]):
    """For `str.translate`: whatever is no letter, digit or mark on one becomes a space."""

    def __missing__(self, code: int) -> int:
        self[code] = code if unicodedata.category(chr(code))[0] in "LMN" else ord(" ")
        return self[code]


_divisions = _Divisions()


def fold(text: str) -> str:
    """Without case, accents and other differences of writing that a question should not need."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFKC", _ACCENTS.sub("", decomposed))


def words(text: str) -> list[str]:
    """The words of any text, in order.

    A word is a run of letters, digits and the marks on them. Of a script that does not divide its
    words, every two characters in a row are one.
    """
    found: list[str] = []
    for word in fold(text).translate(_divisions).split():
        if word.isascii() or not _SPACELESS.search(word):
            found.append(word[:MAX_WORD_CHARACTERS])
            continue
        for run in _SPACELESS.split(word):
            found += _pairs(run) if _SPACELESS.match(run) else [run[:MAX_WORD_CHARACTERS]]
    return [word for word in found if word]


def question_words(question: str) -> list[str]:
    """The first words of a question, as far as one may go on."""
    return words(question[:MAX_QUESTION_CHARACTERS])[:MAX_TERMS]


@lru_cache(maxsize=50_000)
def word_of(form: str) -> str:
    """What stands for all forms of an irregular English word, or for a word and its plural."""
    if form not in WORD_OF and form not in STOP_WORDS and _PLURAL.search(form):
        form = form[:-1]
    return WORD_OF.get(form, form)


@lru_cache(maxsize=50_000)
def grams(word: str) -> frozenset[str]:
    """Every two, three and four characters in a row, with the ends of the word marked."""
    marked = f"_{word}_"
    return frozenset(
        marked[start : start + size]
        for size in (2, 3, 4)
        for start in range(len(marked) - size + 1)
    )


def likeness(left: str, right: str) -> float:
    """How much two words look like one, 0 to 1: the share of their grams that both have."""
    ours, theirs = grams(left), grams(right)
    return 2 * len(ours & theirs) / (len(ours) + len(theirs))


def _pairs(run: str) -> list[str]:
    return [run[start : start + 2] for start in range(max(1, len(run) - 1))]
