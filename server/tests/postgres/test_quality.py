"""PostgreSQL's index finds the right entries as well as SQLite's does."""

from __future__ import annotations

import pytest
from asked_questions import SETS, check_quality

from antonnia_server.db import Transaction
from antonnia_server.db.postgres import PostgresDatabase
from antonnia_server.http.caller import Caller
from antonnia_server.orchestrator.knowledge import service
from antonnia_server.orchestrator.knowledge.builtin import builtin_entries

OURS = Caller("org_of_this_test")


@pytest.mark.parametrize("name", SETS)
async def test_most_questions_are_answered_rightly_and_few_falsely(
    db: PostgresDatabase, name: str
) -> None:
    def ask(tx: Transaction) -> None:
        check_quality(tx, OURS, service.create_base(tx, OURS, "Knowledge"), SETS[name])

    await db.write(ask)


async def test_an_entry_whose_text_is_about_the_question_is_found_too(db: PostgresDatabase) -> None:
    def ask(tx: Transaction) -> list[str]:
        knowledge_id = service.create_base(tx, OURS, "Knowledge")
        service.import_entries(tx, OURS, knowledge_id, "builtin.md", builtin_entries())
        found = service.search(tx, OURS, [knowledge_id], "How do I create a session?")
        return [match.title for match in found]

    found = await db.write(ask)

    # Others have a word of it in their title.
    assert found[0] == "What is a session?"
