from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from antonnia_server.clock import SystemClock
from antonnia_server.db import Transaction, metadata
from antonnia_server.db.sqlite import SqliteDatabase, connect
from antonnia_server.http.caller import Caller
from antonnia_server.orchestrator.knowledge import service
from antonnia_server.orchestrator.knowledge.errors import KnowledgeNotFound
from antonnia_server.orchestrator.knowledge.reading import read_entries
from antonnia_server.orchestrator.knowledge.service import ImportResult
from antonnia_server.orchestrator.knowledge.verdict import Verdict

from .conftest import Ask

Learn = Callable[[str, str], ImportResult]

FAQ = """# Shop

## What are your opening hours?

From 9 to 5.

## How do I get a refund?

Write to us, *with the bill*:

```
# Bill 17
```

## Onde está o meu pedido?

O pedido chega em três dias.

## 返品はできますか

商品到着後30日以内であれば返品できます。

## Как вернуть товар?

Товар принимаем тридцать дней.
"""


def test_an_answer_is_the_text_of_one_entry_with_its_source(
    caller: Caller, knowledge_id: str, learn: Learn, snapshot: Ask
) -> None:
    learn("docs/faq.md", FAQ)

    with snapshot() as tx:
        verdict = service.decide(tx, caller, [knowledge_id], "I want a refund!")

    assert verdict.outcome == "answer"
    (match,) = verdict.matches
    assert match.text == "Write to us, *with the bill*:\n\n```\n# Bill 17\n```"
    assert match.title == "How do I get a refund?"
    assert match.source == "docs/faq.md#how-do-i-get-a-refund"
    assert match.entry_id.startswith("entry_")
    assert 0.4 <= match.confidence <= 1


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("REFUNDS??", "How do I get a refund?"),
        ("refnud", "How do I get a refund?"),
        ("cadê meus pedidos", "Onde está o meu pedido?"),
        ("PEDÍDO", "Onde está o meu pedido?"),
        ("返品できますか？", "返品はできますか"),
        ("вернуть товар", "Как вернуть товар?"),
        ("ｒｅｆｕｎｄ 🎉", "How do I get a refund?"),
    ],
)
def test_questions_find_their_entry_in_any_script_and_spelling(
    tx: Transaction, caller: Caller, knowledge_id: str, learn: Learn, question: str, title: str
) -> None:
    learn("faq.md", FAQ)

    verdict = service.decide(tx, caller, [knowledge_id], question)

    assert verdict.outcome == "answer"
    assert [match.title for match in verdict.matches] == [title]


@pytest.mark.parametrize(
    "question",
    [
        "",
        "   ",
        "🎉🎉",
        "?!",
        '"',
        "the of and",
        "\0",
        "\ud800",
        "a\u0300" * 40_000,
        "x" * 65_536,
        "zebra " * 10_000,
        " ".join(f"w{n}" for n in range(10_000)),
        "天気" * 30_000,
        "ﷺ" * 4_000,
        "What is the capital of France?",
    ],
    ids=lambda text: ascii(text[:20]),
)
def test_a_question_without_an_answer_is_not_answered(
    tx: Transaction, caller: Caller, knowledge_id: str, learn: Learn, question: str
) -> None:
    learn("faq.md", FAQ)

    assert service.decide(tx, caller, [knowledge_id], question).outcome == "hand_off"


@pytest.mark.parametrize(
    "question",
    [
        'refund" OR title:"x',
        "refund AND NOT refund",
        "NEAR(refund refund, 0)",
        "{title text}: refund",
        "refund* ^refund -refund +refund",
        "refund'); DROP TABLE knowledge_entries; --",
        '"""refund"""',
        "(((refund",
        "refund\0",
    ],
)
def test_the_syntax_of_the_index_means_nothing_in_a_question(
    tx: Transaction, caller: Caller, knowledge_id: str, learn: Learn, question: str
) -> None:
    learn("faq.md", FAQ)

    matches = service.search(tx, caller, [knowledge_id], question)

    assert matches[0].title == "How do I get a refund?"


def test_what_no_word_tells_apart_is_told_apart_letter_by_letter(
    tx: Transaction, caller: Caller, knowledge_id: str, learn: Learn
) -> None:
    learn("bank.md", "## Fees for a cash out\n\nNone.\n\n## Fees for a top up\n\nNone.\n")

    best, *_ = service.search(tx, caller, [knowledge_id], "fees for a topup")

    assert best.title == "Fees for a top up"


def test_an_empty_base_answers_nothing(tx: Transaction, caller: Caller, knowledge_id: str) -> None:
    assert service.search(tx, caller, [knowledge_id], "refund") == []


def test_no_base_answers_nothing(tx: Transaction, caller: Caller) -> None:
    assert service.decide(tx, caller, [], "refund") == Verdict("hand_off", (), 0.0)


def test_several_bases_are_searched_together(
    tx: Transaction, caller: Caller, knowledge_id: str, learn: Learn
) -> None:
    learn("faq.md", FAQ)
    other = service.create_base(tx, caller, "other")
    entries = read_entries("b.csv", b"question,answer\nRefund of tickets?,Never.\n")
    service.import_entries(tx, caller, other, "b.csv", entries)

    found = service.search(tx, caller, [knowledge_id, other, other], "refund of tickets")

    assert [match.knowledge_id for match in found] == [other, knowledge_id]


def test_another_organization_has_no_such_base(
    tx: Transaction, caller: Caller, knowledge_id: str, learn: Learn
) -> None:
    learn("faq.md", FAQ)
    stranger = Caller("org_other")

    with pytest.raises(KnowledgeNotFound):
        service.decide(tx, stranger, [knowledge_id], "refund")
    with pytest.raises(KnowledgeNotFound):
        service.search(tx, stranger, [knowledge_id], "refund")
    with pytest.raises(KnowledgeNotFound):
        service.import_entries(tx, stranger, knowledge_id, "faq.md", [])
    with pytest.raises(KnowledgeNotFound):
        service.list_anchors(tx, stranger, knowledge_id, "faq.md")
    assert service.find_base_by_name(tx, stranger, "help") is None


def test_what_another_organization_keeps_does_not_move_a_confidence(
    tx: Transaction, caller: Caller, knowledge_id: str, learn: Learn
) -> None:
    learn("faq.md", FAQ)
    before = service.search(tx, caller, [knowledge_id], "refund hours")
    stranger = Caller("org_other")
    theirs = service.create_base(tx, stranger, "help")
    rows = "".join(f"Refund {n}?,Refund.\n" for n in range(50))
    entries = read_entries("r.csv", f"question,answer\n{rows}".encode())
    service.import_entries(tx, stranger, theirs, "r.csv", entries)

    assert service.search(tx, caller, [knowledge_id], "refund hours") == before


@pytest.mark.parametrize("knowledge_id", ["kb_x", "kb_0; DROP TABLE x", "", "words"])
def test_an_id_that_never_was_does_not_reach_the_index(
    tx: Transaction, caller: Caller, knowledge_id: str
) -> None:
    with pytest.raises(KnowledgeNotFound):
        service.search(tx, caller, [knowledge_id], "refund")


async def test_a_unit_that_fails_leaves_no_index_and_harms_no_other_unit(
    path: Path, caller: Caller
) -> None:
    engine = connect(path)
    with engine.begin() as connection:
        metadata.create_all(connection)
    engine.dispose()
    database = SqliteDatabase(path, SystemClock())
    entries = read_entries("faq.md", FAQ.encode())

    def learn(tx: Transaction, name: str) -> str:
        knowledge_id = service.create_base(tx, caller, name)
        service.import_entries(tx, caller, knowledge_id, "faq.md", entries)
        return knowledge_id

    def learn_and_fail(tx: Transaction) -> None:
        service.search(tx, caller, [learn(tx, "fails")], "refund")
        raise ZeroDivisionError

    def count_indexes(tx: Transaction) -> int:
        query = "SELECT count(*) FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%'"
        return int(tx.connection.exec_driver_sql(query).scalar_one())

    await database.start()
    try:
        failed, learned = await asyncio.gather(
            database.write(learn_and_fail), database.write(learn, "stays"), return_exceptions=True
        )
        assert isinstance(learned, str)
        indexes = await database.read(count_indexes)
        verdict = await database.read(service.decide, caller, [learned], "refund")
    finally:
        await database.close()

    assert isinstance(failed, ZeroDivisionError)
    assert indexes == 1
    assert verdict.outcome == "answer"
