"""What is left of a text for searching: folded words, and the terms of a question."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from .stop_words import STOP_WORDS

# What a question is cut to, so that a message of any length costs about the same.
MAX_QUESTION_CHARACTERS = 4_000
MAX_TERMS = 24
MAX_TERM_CHARACTERS = 64

_ACCENTS = re.compile("[\u0300-\u036f]")
# Scripts written without spaces: Thai and Lao, Myanmar, Khmer, kana, Han.
_SPACELESS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]{3,}"
)


class _Divisions(dict[int, int]):
    """For `str.translate`: whatever is no letter, digit or mark on one becomes a space."""

    def __missing__(self, code: int) -> int:
        self[code] = code if unicodedata.category(chr(code))[0] in "LMN" else ord(" ")
        return self[code]


_divisions = _Divisions()


@dataclass(frozen=True, slots=True)
class Term:
    """A word of a question, or three characters of a script that does not divide its words."""

    text: str
    is_piece: bool = False


def fold(text: str) -> str:
    """Without case, accents and other differences of writing that a question should not need."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFKC", _ACCENTS.sub("", decomposed))


def words(text: str) -> list[str]:
    """The words of a folded text: runs of letters, digits and the marks on them."""
    return text.translate(_divisions).split()


def terms(question: str) -> list[Term]:
    """The words of `question` that say what it is about, each once, in order."""
    found: dict[Term, None] = {}
    for word in words(fold(question[:MAX_QUESTION_CHARACTERS])):
        if runs := _SPACELESS.findall(word):
            found.update(dict.fromkeys(Term(piece, True) for run in runs for piece in pieces(run)))
        elif word not in STOP_WORDS:
            found[Term(word[:MAX_TERM_CHARACTERS])] = None
    return list(found)[:MAX_TERMS]


def pieces(text: str) -> list[str]:
    """Every three characters in a row."""
    return [text[start : start + 3] for start in range(len(text) - 2)]
