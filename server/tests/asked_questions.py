"""Questions that people could ask, and how many of them are answered rightly.

`shop_questions.csv` asks about `shop.md`, and the stop words and weights were chosen with it in
sight; `builtin_questions.csv` asks about the product itself and was written afterwards. A question
without a heading has no answer there. `pytest -rP` prints the figures.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.orchestrator.knowledge import service
from antonnia_server.orchestrator.knowledge.builtin import builtin_entries
from antonnia_server.orchestrator.knowledge.entry import Entry
from antonnia_server.orchestrator.knowledge.reading import read_entries

HERE = Path(__file__).parent / "knowledge"


class QuestionSet(NamedTuple):
    """Entries, and the file of the questions about them."""

    entries: list[Entry]
    questions: str


class Figures(NamedTuple):
    """Shares of the questions that have an answer, and of those that have none."""

    first: float
    right: float
    wrong: float
    false: float


def shop_entries() -> list[Entry]:
    return read_entries("shop.md", (HERE / "shop.md").read_bytes())


def measure(tx: Transaction, caller: Caller, knowledge_id: str, questions: Path) -> Figures:
    with questions.open(encoding="utf-8", newline="") as file:
        asked = [(row["question"], row["heading"]) for row in csv.DictReader(file)]
    answerable = [(question, heading) for question, heading in asked if heading]
    off_topic = [question for question, heading in asked if not heading]
    assert len(answerable) >= 35
    assert len(off_topic) >= 20

    def outcome(question: str) -> str:
        return service.decide(tx, caller, [knowledge_id], question).outcome

    first = right = wrong = false = 0
    for question, heading in answerable:
        best = next(iter(service.search(tx, caller, [knowledge_id], question)), None)
        is_right = best is not None and best.title == heading
        is_answer = outcome(question) == "answer"
        first += is_right
        right += is_right and is_answer
        wrong += is_answer and not is_right
    for question in off_topic:
        false += outcome(question) == "answer"
    return Figures(
        first / len(answerable),
        right / len(answerable),
        wrong / len(answerable),
        false / len(off_topic),
    )


def check_quality(tx: Transaction, caller: Caller, knowledge_id: str, asked: QuestionSet) -> None:
    """Import the entries, and see that most questions are answered rightly and few falsely."""
    service.import_entries(tx, caller, knowledge_id, "x.md", asked.entries)

    figures = measure(tx, caller, knowledge_id, HERE / asked.questions)

    print(asked.questions, *(f"{name} {share:.3f}" for name, share in figures._asdict().items()))
    assert figures.first >= 0.9
    assert figures.right >= 0.85
    assert figures.wrong <= 0.1
    assert figures.false <= 0.1


SETS = {
    "shop": QuestionSet(shop_entries(), "shop_questions.csv"),
    "builtin": QuestionSet(builtin_entries(), "builtin_questions.csv"),
}
