"""What is to be done about a question: answer it, suggest answers, or leave it to a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from .retrieval import Match

# From here on an entry is the answer; tests/knowledge/test_quality.py measures it.
ANSWER_THRESHOLD = 0.4

# From here on it is worth showing to the contact, who decides.
SUGGESTION_THRESHOLD = 0.25

# More than these nobody reads in a chat.
MAX_SUGGESTIONS = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer has one match, a suggestion one to three, a hand-off none."""

    outcome: Literal["answer", "suggestion", "hand_off"]
    matches: tuple[Match, ...]
    # That of the best match, 0 if there is none.
    confidence: float


def judge(matches: Sequence[Match]) -> Verdict:
    """The verdict on these matches, the most confident of which comes first."""
    confidence = matches[0].confidence if matches else 0.0
    if confidence >= ANSWER_THRESHOLD:
        return Verdict("answer", (matches[0],), confidence)
    worth = tuple(match for match in matches if match.confidence >= SUGGESTION_THRESHOLD)
    if worth:
        return Verdict("suggestion", worth[:MAX_SUGGESTIONS], confidence)
    return Verdict("hand_off", (), confidence)
