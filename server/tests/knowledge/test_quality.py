"""Measures the engine on questions that people could ask; see `asked_questions`."""

from __future__ import annotations

import pytest
from asked_questions import SETS, check_quality

from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.orchestrator.knowledge import service
from antonnia_server.orchestrator.knowledge.builtin import builtin_entries


@pytest.mark.parametrize("name", SETS)
def test_most_questions_are_answered_rightly_and_few_falsely(
    tx: Transaction, caller: Caller, knowledge_id: str, name: str
) -> None:
    check_quality(tx, caller, knowledge_id, SETS[name])


def test_the_first_question_of_the_quick_start_is_answered_with_confidence(
    tx: Transaction, caller: Caller, knowledge_id: str
) -> None:
    service.import_entries(tx, caller, knowledge_id, "builtin.md", builtin_entries())

    verdict = service.decide(tx, caller, [knowledge_id], "Hello, I need help with my account")

    assert verdict.outcome == "answer"
    (match,) = verdict.matches
    assert match.source == "builtin.md#i-need-help-with-my-account"
    assert "antonnia token create --organization NAME" in match.text
    assert match.confidence >= 0.8
    capital = service.decide(tx, caller, [knowledge_id], "What is the capital of France?")
    assert capital.outcome == "hand_off"
