"""Answer, suggest, or hand off."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.orchestrator.knowledge import service
from antonnia_server.orchestrator.knowledge.retrieval import Match
from antonnia_server.orchestrator.knowledge.service import ImportResult
from antonnia_server.orchestrator.knowledge.verdict import (
    ANSWER_THRESHOLD,
    SUGGESTION_THRESHOLD,
    Verdict,
    divide,
    judge,
)

Learn = Callable[[str, str], ImportResult]
Decide = Callable[[str], Verdict]

FAQ = """question,answer
Where is my parcel?,Look at the tracking page.
How do I return a lamp?,Within thirty days.
Can I get help with assembling furniture?,We can send someone.
"""


@pytest.fixture
def decide(tx: Transaction, caller: Caller, knowledge_id: str, learn: Learn) -> Decide:
    learn("faq.csv", FAQ)

    def decide(message: str) -> Verdict:
        return service.decide(tx, caller, [knowledge_id], message)

    return decide


def match(name: str, confidence: float) -> Match:
    return Match("kb_1", name, name, "text", "source", confidence)


def titles(verdict: Verdict) -> set[str]:
    return {match.title for match in verdict.matches}


def test_a_sure_match_is_the_answer() -> None:
    best, other = match("a", ANSWER_THRESHOLD), match("b", ANSWER_THRESHOLD)

    assert judge([best, other]) == Verdict("answer", (best,), ANSWER_THRESHOLD)


def test_up_to_three_likely_matches_are_suggested() -> None:
    likely = [match(name, SUGGESTION_THRESHOLD) for name in "abcd"]

    assert judge(likely) == Verdict("suggestion", tuple(likely[:3]), SUGGESTION_THRESHOLD)
    assert len(judge([likely[0], match("z", 0.1)]).matches) == 1


def test_what_is_unlikely_goes_to_a_person() -> None:
    assert judge([match("a", SUGGESTION_THRESHOLD - 0.01)]).outcome == "hand_off"
    assert judge([]) == Verdict("hand_off", (), 0.0)


@pytest.mark.parametrize(
    "message",
    [
        "hello",
        "Hi there!",
        "thanks a lot :)",
        "Good morning",
        "ok, thank you very much",
        "obrigado",
    ],
)
def test_small_talk_is_not_answered_with_an_entry(decide: Decide, message: str) -> None:
    assert decide(message).matches == ()


def test_small_talk_that_was_written_down_is_answered(
    tx: Transaction, caller: Caller, knowledge_id: str, decide: Decide
) -> None:
    service.create_entry(tx, caller, knowledge_id, title="Hello!", text="Hello, how can I help?")

    assert titles(decide("hello")) == {"Hello!"}


def test_small_talk_around_a_question_does_not_hide_it(decide: Decide) -> None:
    verdict = decide("Hello, good morning! Where is my parcel? Thank you very much.")

    assert (verdict.outcome, titles(verdict)) == ("answer", {"Where is my parcel?"})


def test_two_questions_with_an_answer_each_are_both_suggested(decide: Decide) -> None:
    verdict = decide("Where is my parcel? And how do I return a lamp?")

    assert verdict.outcome == "suggestion"
    assert titles(verdict) == {"Where is my parcel?", "How do I return a lamp?"}


def test_two_messages_in_a_row_are_both_suggested(decide: Decide) -> None:
    verdict = decide("where is my parcel\nhow do I return a lamp")

    assert titles(verdict) == {"Where is my parcel?", "How do I return a lamp?"}


def test_a_second_question_without_an_answer_takes_the_first_to_a_person(decide: Decide) -> None:
    assert decide("Where is my parcel? Do you sell bicycles in Norway?").outcome == "hand_off"


def test_the_same_question_twice_is_answered_once(decide: Decide) -> None:
    verdict = decide("Where is my parcel? My parcel, where is it?")

    assert (verdict.outcome, titles(verdict)) == ("answer", {"Where is my parcel?"})


def test_a_message_of_very_many_sentences_is_one_question() -> None:
    assert divide("One parcel? " * 5) == []
    assert [part.is_question for part in divide("My lamp broke. Repair possible?")] == [False, True]
