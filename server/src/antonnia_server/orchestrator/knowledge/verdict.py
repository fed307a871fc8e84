"""What is to be done about a question: answer it, suggest answers, or leave it to a person."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from .retrieval import Match
from .stop_words import SMALL_TALK, STOP_WORDS
from .words import words

# An answer that is wrong costs more than a look at suggestions, so it has to be likelier right than
# wrong by some way; tests/knowledge/test_quality.py holds it to few wrong ones.
ANSWER_THRESHOLD = 0.55

# Below this, a question that no entry answers would often be met with suggestions that have nothing
# to do with it.
SUGGESTION_THRESHOLD = 0.4

# More than these nobody reads in a chat.
MAX_SUGGESTIONS = 3

# A message of more questions than these is looked at as a whole.
MAX_PARTS = 4

_PART = re.compile(r"[^.!?\n\u061f\u3002\uff1f]+[.!?\u061f\u3002\uff1f]*")
_QUESTION_MARK = re.compile(r"[?\u061f\uff1f]")


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer has one match, a suggestion one to three, a hand-off none."""

    outcome: Literal["answer", "suggestion", "hand_off"]
    matches: tuple[Match, ...]
    # That of the best match, 0 if there is none.
    confidence: float


class Part(NamedTuple):
    """A sentence or a line of a message."""

    text: str
    is_question: bool


def judge(matches: Sequence[Match]) -> Verdict:
    """The verdict on these matches, the most confident of which comes first."""
    confidence = matches[0].confidence if matches else 0.0
    if confidence >= ANSWER_THRESHOLD:
        return Verdict("answer", (matches[0],), confidence)
    worth = tuple(match for match in matches if match.confidence >= SUGGESTION_THRESHOLD)
    if worth:
        return Verdict("suggestion", worth[:MAX_SUGGESTIONS], confidence)
    return Verdict("hand_off", (), confidence)


def is_small_talk(message: str) -> bool:
    """Whether somebody only greets or thanks, and asks for nothing."""
    said = words(message)
    return bool(said) and all(word in SMALL_TALK for word in said)


def divide(message: str) -> list[Part]:
    """The parts of a message that could each ask for something; none if there are not several."""
    parts: list[Part] = []
    for match in _PART.finditer(message):
        text = match[0].strip()
        if any(word not in STOP_WORDS and word not in SMALL_TALK for word in words(text)):
            parts.append(Part(text, _QUESTION_MARK.search(text) is not None))
        if len(parts) > MAX_PARTS:
            return []
    return parts if len(parts) > 1 else []


def join(whole: Verdict, parts: Iterable[tuple[Part, Verdict]]) -> Verdict:
    """The verdict on a message of several parts, so that no question in it is lost.

    What each part would be answered with is suggested, if that is not one and the same. Where one
    question has an answer and another has none, a person takes over: half an answer looks like all.
    """
    judged = list(parts)
    answers = {
        verdict.matches[0].entry_id: verdict.matches[0]
        for _, verdict in judged
        if verdict.outcome == "answer"
    }
    asked = [verdict for part, verdict in judged if part.is_question]
    if len(asked) > 1 and answers and any(verdict.outcome == "hand_off" for verdict in asked):
        return Verdict("hand_off", (), whole.confidence)
    if len(answers) > 1:
        matches = sorted(answers.values(), key=lambda match: -match.confidence)
        return Verdict("suggestion", tuple(matches[:MAX_SUGGESTIONS]), matches[0].confidence)
    if answers and whole.outcome != "answer":
        # What was said around it only hid the question.
        (match,) = answers.values()
        return Verdict("answer", (match,), match.confidence)
    return whole
