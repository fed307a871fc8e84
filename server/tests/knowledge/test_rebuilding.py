"""An index of an older format is written anew while the old one answers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.orchestrator.knowledge import service
from antonnia_server.orchestrator.knowledge.index import FORMAT
from antonnia_server.orchestrator.knowledge.words import fold

Find = Callable[[str], list[str]]
COUNT = 250


@pytest.fixture
def old_base(tx: Transaction, caller: Caller, knowledge_id: str) -> str:
    """A base as the first version left it: two tables of folded text, and no words."""
    rows = [(f"How do I use number{n}?", f"Press button {n}.") for n in range(COUNT)]
    for title, text in rows:
        service.create_entry(tx, caller, knowledge_id, title=title, text=text)
    name = knowledge_id.removeprefix("kb_")
    run = tx.connection.exec_driver_sql
    run(f"DROP TABLE knowledge_index_{FORMAT}_{name}")
    run("DELETE FROM knowledge_words")
    for table, tokenizer in [("words", "porter unicode61"), ("pieces", "trigram")]:
        table = f"knowledge_{table}_{name}"
        run(f"CREATE VIRTUAL TABLE {table} USING fts5(title, text, tokenize='{tokenizer}')")
        for number, (title, text) in enumerate(rows, start=1):
            values = (number, fold(title), fold(text))
            run(f"INSERT INTO {table} (rowid, title, text) VALUES (?, ?, ?)", values)
    run("UPDATE knowledge_bases SET index_format = 1")
    return knowledge_id


@pytest.fixture
def find(tx: Transaction, caller: Caller, knowledge_id: str) -> Find:
    def find(question: str) -> list[str]:
        return [match.title for match in service.search(tx, caller, [knowledge_id], question)]

    return find


def tables(tx: Transaction) -> set[str]:
    query = "SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%'"
    return set(tx.connection.exec_driver_sql(query).scalars())


def test_an_old_index_answers_and_is_replaced_piece_by_piece(
    tx: Transaction, caller: Caller, old_base: str, find: Find
) -> None:
    pieces = 0
    found = [find("use number200")[0]]
    while service.rebuild_piece(tx, caller, old_base):
        pieces += 1
        found.append(find("use number200")[0])

    assert set(found) == {"How do I use number200?"}
    assert pieces > 5
    base = service.get_base(tx, caller, old_base)
    assert (base.index_format, base.rebuilt_to) == (FORMAT, None)
    assert len(tables(tx)) == 1
    assert find("press buttno")[0].startswith("How do I use")


def test_what_changes_meanwhile_is_in_both(
    tx: Transaction, caller: Caller, old_base: str, find: Find
) -> None:
    for _ in range(2):
        assert service.rebuild_piece(tx, caller, old_base)
    early, late = (
        service.search(tx, caller, [old_base], f"use number{n}")[0].entry_id for n in (7, 240)
    )
    for entry_id, name in [(early, "zebra"), (late, "giraffe")]:
        service.update_entry(tx, caller, old_base, entry_id, title=f"Where is the {name}?")
    new = service.create_entry(tx, caller, old_base, title="Where is the lion?", text="There.")
    gone = service.search(tx, caller, [old_base], "use number8")[0].entry_id
    service.delete_entry(tx, caller, old_base, gone)

    def animals() -> list[str]:
        return [find(f"where is the {name}")[0] for name in ("zebra", "giraffe", "lion")]

    before = animals()
    while service.rebuild_piece(tx, caller, old_base):
        pass

    assert animals() == before == [f"Where is the {n}?" for n in ("zebra", "giraffe", "lion")]
    assert service.get_entry(tx, caller, old_base, new).title == "Where is the lion?"
    assert "How do I use number8?" not in find("use number8")


def test_a_rebuild_is_scheduled_for_old_indexes_only(
    tx: Transaction, caller: Caller, old_base: str
) -> None:
    service.create_base(tx, caller, "new")

    for _ in range(2):
        service.schedule_rebuilds(tx)

    query = "SELECT count(*) FROM jobs WHERE name = 'rebuild_knowledge_index'"
    assert tx.connection.exec_driver_sql(query).scalar() == 1


def test_a_base_that_is_deleted_is_not_rebuilt(
    tx: Transaction, caller: Caller, old_base: str
) -> None:
    assert service.rebuild_piece(tx, caller, old_base)
    service.delete_base(tx, caller, old_base)

    assert not service.rebuild_piece(tx, caller, old_base)
    while service.delete_piece(tx, caller, old_base):
        pass
    assert tables(tx) == set()
