"""Entries that a person writes, and other ways to ask for one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from antonnia_server.db import Transaction
from antonnia_server.db.sqlite import connect
from antonnia_server.http.caller import Caller
from antonnia_server.orchestrator.knowledge import service
from antonnia_server.orchestrator.knowledge.errors import EntryNotFound, KnowledgeNotFound
from antonnia_server.orchestrator.knowledge.service import ImportResult

from .conftest import transaction

Learn = Callable[[str, str], ImportResult]
Find = Callable[[str], list[str]]


@dataclass
class Page:
    limit: int | None = None
    offset: int | None = None
    cursor: str | None = None


@pytest.fixture
def find(tx: Transaction, caller: Caller, knowledge_id: str) -> Find:
    def find(question: str) -> list[str]:
        matches = service.search(tx, caller, [knowledge_id], question)
        return [match.entry_id for match in matches]

    return find


@pytest.fixture
def entry_id(tx: Transaction, caller: Caller, knowledge_id: str) -> str:
    return service.create_entry(
        tx,
        caller,
        knowledge_id,
        title="Where is my parcel?",
        text="Look at the tracking page.",
        phrasings=["my delivery is late", "my delivery is late", " ", "Where is my parcel?"],
    )


def test_an_entry_is_found_by_its_title_its_text_and_its_phrasings(
    find: Find, entry_id: str
) -> None:
    for question in ["parcel", "tracking", "late delivery"]:
        assert find(question) == [entry_id]


def test_an_entry_is_kept_as_it_was_written(
    tx: Transaction, caller: Caller, knowledge_id: str, entry_id: str
) -> None:
    entry = service.get_entry(tx, caller, knowledge_id, entry_id)

    assert (entry.title, entry.text) == ("Where is my parcel?", "Look at the tracking page.")
    assert (entry.kind, entry.source) == ("question", "help#where-is-my-parcel")
    assert (entry.phrasings, entry.added_phrasings) == (["my delivery is late"], [])


def test_an_added_phrasing_finds_the_entry_and_is_added_once(
    tx: Transaction, caller: Caller, knowledge_id: str, find: Find, entry_id: str
) -> None:
    for _ in range(2):
        service.add_phrasing(tx, caller, knowledge_id, entry_id, "when does the courier come")

    assert find("courier") == [entry_id]
    entry = service.get_entry(tx, caller, knowledge_id, entry_id)
    assert entry.added_phrasings == ["when does the courier come"]


def test_a_phrasing_is_added_to_an_entry_whose_title_was_one_of_its_phrasings(
    tx: Transaction, caller: Caller, knowledge_id: str, find: Find, entry_id: str
) -> None:
    service.update_entry(tx, caller, knowledge_id, entry_id, title="my delivery is late")
    service.add_phrasing(tx, caller, knowledge_id, entry_id, "when does the courier come")

    assert find("courier") == [entry_id]
    entry = service.get_entry(tx, caller, knowledge_id, entry_id)
    assert entry.phrasings == []
    assert entry.added_phrasings == ["when does the courier come"]


def test_a_change_is_found_and_what_it_replaced_is_not(
    tx: Transaction, caller: Caller, knowledge_id: str, find: Find, entry_id: str
) -> None:
    service.update_entry(
        tx, caller, knowledge_id, entry_id, text="Ask the porter.", phrasings=["lost box"]
    )

    assert find("porter") == find("lost box") == find("parcel") == [entry_id]
    assert find("tracking") == find("late delivery") == []


def test_a_deleted_entry_is_gone(
    tx: Transaction, caller: Caller, knowledge_id: str, find: Find, entry_id: str
) -> None:
    service.delete_entry(tx, caller, knowledge_id, entry_id)

    assert find("parcel") == []
    with pytest.raises(EntryNotFound):
        service.get_entry(tx, caller, knowledge_id, entry_id)


def test_importing_a_file_again_keeps_what_was_added_and_what_was_corrected(
    tx: Transaction, caller: Caller, knowledge_id: str, learn: Learn, find: Find
) -> None:
    learn("faq.csv", "question,answer\nOpening hours?,From 9.\n")
    (entry_id,) = find("opening")
    service.add_phrasing(tx, caller, knowledge_id, entry_id, "when can I visit the shop")
    service.update_entry(tx, caller, knowledge_id, entry_id, text="From 10.")

    assert learn("faq.csv", "question,answer\nOpening hours?,From 9.\n").unchanged == 1
    assert service.get_entry(tx, caller, knowledge_id, entry_id).text == "From 10."
    assert learn("faq.csv", "question,answer\nOpening hours?,From 11.\n").changed == 1
    assert service.get_entry(tx, caller, knowledge_id, entry_id).text == "From 11."
    assert find("visit") == [entry_id]


def test_entries_and_bases_come_in_pages(
    tx: Transaction, caller: Caller, knowledge_id: str
) -> None:
    made = [
        service.create_entry(tx, caller, knowledge_id, title=f"Title {n}", text="Text.")
        for n in range(5)
    ]
    other = service.create_base(tx, caller, "another")

    first = service.list_entries(tx, caller, knowledge_id, Page(limit=3))
    second = service.list_entries(tx, caller, knowledge_id, Page(3, cursor=first.next_cursor))
    bases = service.list_bases(tx, caller, Page(limit=1))
    more = service.list_bases(tx, caller, Page(1, cursor=bases.next_cursor))

    assert [entry.id for entry in [*first.items, *second.items]] == made
    assert second.next_cursor is None
    assert [base.id for base in [*bases.items, *more.items]] == [knowledge_id, other]


def test_a_deleted_base_is_gone_at_once_and_empties_piece_by_piece(
    tx: Transaction, caller: Caller, knowledge_id: str, learn: Learn
) -> None:
    rows = "".join(f"Question number{n}?,Answer {n}.\n" for n in range(1200))
    learn("big.csv", f"question,answer\n{rows}")

    service.delete_base(tx, caller, knowledge_id)
    again = service.create_base(tx, caller, "help")
    pieces = 1
    while service.delete_piece(tx, caller, knowledge_id):
        pieces += 1

    assert pieces > 3
    with pytest.raises(KnowledgeNotFound):
        service.get_base(tx, caller, knowledge_id)
    assert [base.id for base in service.list_bases(tx, caller, Page()).items] == [again]
    assert service.decide(tx, caller, [knowledge_id, again], "number7").outcome == "hand_off"
    left = "SELECT count(*) FROM sqlite_master WHERE name LIKE ?"
    assert tx.connection.exec_driver_sql(left, (f"%{knowledge_id[3:]}%",)).scalar() == 0


def test_a_base_that_another_process_filled_is_deleted(
    tx: Transaction, caller: Caller, knowledge_id: str, learn: Learn, path: Path
) -> None:
    learn("a.csv", "question,answer\nBanana price?,One.\n")
    service.delete_base(tx, caller, knowledge_id)
    tx.connection.exec_driver_sql("COMMIT")

    engine = connect(path)
    is_left = True
    while is_left:
        # Each time on a connection that has not met the index before.
        with engine.begin() as connection:
            is_left = service.delete_piece(transaction(connection), caller, knowledge_id)
    engine.dispose()

    tx.connection.exec_driver_sql("BEGIN IMMEDIATE")
    left = "SELECT count(*) FROM sqlite_master WHERE name LIKE 'knowledge_index%'"
    assert tx.connection.exec_driver_sql(left).scalar() == 0


def test_another_organization_reaches_no_entry(
    tx: Transaction, caller: Caller, knowledge_id: str, entry_id: str
) -> None:
    stranger = Caller("org_other")
    theirs = service.create_base(tx, stranger, "theirs")

    with pytest.raises(KnowledgeNotFound):
        service.get_entry(tx, stranger, knowledge_id, entry_id)
    with pytest.raises(EntryNotFound):
        service.get_entry(tx, stranger, theirs, entry_id)
    with pytest.raises(KnowledgeNotFound):
        service.update_entry(tx, stranger, knowledge_id, entry_id, text="Mine.")
    with pytest.raises(KnowledgeNotFound):
        service.delete_entry(tx, stranger, knowledge_id, entry_id)
    with pytest.raises(KnowledgeNotFound):
        service.add_phrasing(tx, stranger, knowledge_id, entry_id, "mine")
    with pytest.raises(KnowledgeNotFound):
        service.delete_base(tx, stranger, knowledge_id)
    assert service.list_bases(tx, stranger, Page()).items[0].id == theirs
