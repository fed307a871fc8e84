"""A base of a few entries is not sure of a wrong answer.

`small/` has bases of one to fifteen entries. `questions.csv` asks about them: in other words,
misspelled, about something else, and about what is nearly there. The rule was chosen with it in
sight; `later.csv` was written afterwards. A question without a heading has no answer there and may
be met with suggestions, but not with an answer. `pytest -rP` prints the figures.
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.orchestrator.knowledge import service
from antonnia_server.orchestrator.knowledge.index import Candidate
from antonnia_server.orchestrator.knowledge.reading import read_entries
from antonnia_server.orchestrator.knowledge.strangers import SMALL_BASE, has_strangers
from antonnia_server.orchestrator.knowledge.verdict import Verdict
from antonnia_server.orchestrator.knowledge.words import grams

from .test_search import Learn

HERE = Path(__file__).parent / "small"


def judged(verdict: Verdict, heading: str) -> str:
    if verdict.outcome == "answer" and not heading:
        return "false"
    if verdict.outcome == "answer":
        return "right" if verdict.matches[0].title == heading else "wrong"
    if any(match.title == heading for match in verdict.matches):
        return "suggested"
    return "missed" if heading else "refused"


@pytest.mark.parametrize(("questions", "right"), [("questions.csv", 0.85), ("later.csv", 0.65)])
def test_what_is_only_nearly_there_is_not_answered_and_most_of_what_is_there_is(
    tx: Transaction, caller: Caller, questions: str, right: float
) -> None:
    bases: dict[str, str] = {}
    for path in HERE.glob("*.md"):
        bases[path.stem] = service.create_base(tx, caller, path.stem)
        entries = read_entries(path.name, path.read_bytes())
        service.import_entries(tx, caller, bases[path.stem], path.name, entries)
    with (HERE / questions).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    counts = Counter(
        judged(service.decide(tx, caller, [bases[row["base"]]], row["question"]), row["heading"])
        for row in rows
    )

    print(questions, dict(counts))
    answerable = sum(row["heading"] != "" for row in rows)
    assert answerable >= 25
    assert len(rows) - answerable >= 25
    assert counts["false"] == 0
    assert counts["wrong"] == 0
    assert counts["right"] >= right * answerable
    assert counts["right"] + counts["suggested"] >= 0.9 * answerable


@pytest.mark.parametrize(
    ("question", "outcome"),
    [
        ("How long does delivery take?", "answer"),
        ("Hi! How long do deliveries usually take?", "answer"),
        ("how long does delivry take", "answer"),
        ("How long does delivery take for 2 lamps?", "suggestion"),
        ("How long is your guarantee?", "suggestion"),
    ],
)
def test_one_word_that_the_only_entry_has_nothing_like_makes_an_answer_a_suggestion(
    tx: Transaction, caller: Caller, knowledge_id: str, learn: Learn, question: str, outcome: str
) -> None:
    learn("faq.md", "## How long does delivery take?\n\nThree working days.\n")

    assert service.decide(tx, caller, [knowledge_id], question).outcome == outcome


def test_each_word_of_a_long_text_is_looked_at_once_however_long_the_question() -> None:
    text = [f"{letter}{number:c}ab" for letter in "cdfg" for number in range(0x100, 0x300)]
    asked = [f"zebra{number:c}q" for number in range(0x100, 0x120)]
    before = grams.cache_info()

    is_strange = has_strangers(asked, Candidate(1, [["zebras"]], text))

    after = grams.cache_info()
    assert not is_strange
    looks = after.hits + after.misses - before.hits - before.misses
    assert len(text) <= looks < 2 * len(text)


def test_a_base_that_is_not_small_judges_a_strange_word_by_how_rare_it_is(
    tx: Transaction, caller: Caller, knowledge_id: str, learn: Learn
) -> None:
    question = "How can I oil the squeaky hinge of the garden door?"
    entry = "## How can I oil the hinge of the garden door?\n\nWith a brush.\n"
    others = [f"## Topic{n:c}\n\nWord{n:c}.\n" for n in range(ord("a"), ord("a") + SMALL_BASE - 1)]

    learn("faq.md", entry)
    learn("others.md", "\n".join(others[:-1]))
    small = service.decide(tx, caller, [knowledge_id], question)
    learn("last.md", others[-1])
    large = service.decide(tx, caller, [knowledge_id], question)

    assert small.outcome == "suggestion"
    assert large.outcome == "answer"
