from __future__ import annotations

from collections.abc import Callable

import pytest

from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.orchestrator.knowledge import service
from antonnia_server.orchestrator.knowledge.errors import KnowledgeNameTaken
from antonnia_server.orchestrator.knowledge.reading import read_entries
from antonnia_server.orchestrator.knowledge.service import ImportResult

Learn = Callable[[str, str], ImportResult]


@pytest.fixture
def ask(tx: Transaction, caller: Caller, knowledge_id: str) -> Callable[[str], str | None]:
    def ask(question: str) -> str | None:
        verdict = service.decide(tx, caller, [knowledge_id], question)
        return verdict.matches[0].text if verdict.outcome == "answer" else None

    return ask


def test_a_base_is_found_by_its_name(tx: Transaction, caller: Caller, knowledge_id: str) -> None:
    assert service.find_base_by_name(tx, caller, "help") == knowledge_id
    assert service.find_base_by_name(tx, caller, "other") is None


def test_a_name_is_given_once(tx: Transaction, caller: Caller, knowledge_id: str) -> None:
    with pytest.raises(KnowledgeNameTaken):
        service.create_base(tx, caller, "help")


def test_importing_the_same_file_again_changes_nothing(learn: Learn) -> None:
    learn("faq.csv", "question,answer\nOpen today?,Yes.\nAnd tomorrow?,No.\n")

    again = learn("faq.csv", "question,answer\nOpen today?,Yes.\nAnd tomorrow?,No.\n")

    assert again == ImportResult(unchanged=2)


def test_importing_a_file_again_replaces_what_it_brought(
    learn: Learn, ask: Callable[[str], str | None]
) -> None:
    learn("faq.csv", "question,answer\nBanana price?,One.\nApple origin?,Here.\nOpen?,Yes.\n")

    result = learn("faq.csv", "question,answer\nBanana price?,Two.\nOpen?,Yes.\nCherry?,Red.\n")

    assert result == ImportResult(added=1, changed=1, removed=1, unchanged=1)
    assert ask("banana price") == "Two."
    assert ask("apple origin") is None
    assert ask("cherry") == "Red."


def test_a_word_that_left_an_entry_does_not_find_it_any_more(
    tx: Transaction, caller: Caller, knowledge_id: str, learn: Learn
) -> None:
    learn("a.md", "# Fruit\n\nWe have pineapples.\n")
    learn("a.md", "# Fruit\n\nWe have lemons.\n")

    assert service.search(tx, caller, [knowledge_id], "pineapples") == []
    assert len(service.search(tx, caller, [knowledge_id], "lemons")) == 1


def test_the_entries_of_other_files_stay(learn: Learn, ask: Callable[[str], str | None]) -> None:
    learn("a.csv", "question,answer\nBanana price?,One.\n")
    learn("b.csv", "question,answer\nBanana origin?,Far.\n")

    assert learn("a.csv", "question,answer\nApple price?,Two.\n").removed == 1
    assert ask("banana origin") == "Far."


def test_an_entry_keeps_its_id_when_its_answer_changes(
    tx: Transaction, caller: Caller, knowledge_id: str, learn: Learn
) -> None:
    learn("a.csv", "question,answer\nBanana price?,One.\n")
    (before,) = service.search(tx, caller, [knowledge_id], "banana price")
    learn("a.csv", "question,answer\nBanana price?,Two.\n")

    (after,) = service.search(tx, caller, [knowledge_id], "banana price")

    assert (after.entry_id, after.text) == (before.entry_id, "Two.")


def test_a_large_file_comes_in_pieces_and_what_it_lost_goes_last(
    tx: Transaction, caller: Caller, knowledge_id: str, learn: Learn
) -> None:
    rows = "".join(f"Question number{n}?,Answer {n}.\n" for n in range(1200))
    learn("big.csv", f"question,answer\n{rows}")
    entries = read_entries("big.csv", b"question,answer\nQuestion number7?,Answer 7.\nNew?,Yes.\n")

    put = service.put_entries(tx, caller, knowledge_id, "big.csv", entries)
    kept = {entry.anchor for entry in entries}
    stored = service.list_anchors(tx, caller, knowledge_id, "big.csv")
    gone = [anchor for anchor in stored if anchor not in kept]
    removed = [
        service.remove_entries(tx, caller, knowledge_id, "big.csv", gone[at : at + service.PIECE])
        for at in range(0, len(gone), service.PIECE)
    ]

    assert put == ImportResult(added=1, unchanged=1)
    assert removed == [*[100] * 11, 99]
    (match,) = service.search(tx, caller, [knowledge_id], "number7")
    assert match.text == "Answer 7."
