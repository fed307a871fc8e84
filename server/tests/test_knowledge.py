"""Knowledge bases and their entries, over HTTP."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from given_knowledge import asked
from given_platform import given_session, problem_of, texts_of_agents
from in_process import ANSWER, OTHER_QUESTION, QUESTION, UNANSWERABLE, Clock, Server

from antonnia.conversations import Conversations
from antonnia.orchestrator import Orchestrator
from antonnia.orchestrator.exceptions import ConflictError, NotFoundError, ValidationError
from antonnia_server.http.caller import Caller
from antonnia_server.orchestrator import service
from antonnia_server.orchestrator.knowledge import service as knowledge

KNOWLEDGE = "/orchestrator/v1/knowledge"


async def test_a_base_is_made_read_renamed_and_listed(
    orchestrator: Orchestrator, server: Server, clock: Clock
) -> None:
    created = await orchestrator.knowledge.create("Shop")
    await clock.advance(60)

    renamed = await orchestrator.knowledge.update(created.id, "The shop")

    assert (created.name, created.entries, created.organization_id) == ("Shop", 0, server.ours.id)
    assert renamed == await orchestrator.knowledge.get(created.id)
    assert (renamed.name, renamed.created_at) == ("The shop", created.created_at)
    assert renamed.updated_at == clock.now
    assert [base.name for base in await orchestrator.knowledge.search()] == ["faq", "The shop"]
    assert await orchestrator.knowledge.search(name="The shop") == [renamed]
    assert await orchestrator.knowledge.search(name="Shop") == []


async def test_two_bases_have_two_names(orchestrator: Orchestrator) -> None:
    shop = await orchestrator.knowledge.create("Shop")

    for taken in (
        orchestrator.knowledge.create("faq"),
        orchestrator.knowledge.update(shop.id, "faq"),
    ):
        with pytest.raises(ConflictError) as refused:
            await taken
        assert refused.value.code == "knowledge_name_taken"

    assert (await orchestrator.knowledge.update(shop.id, "Shop")).name == "Shop"


async def test_a_deleted_base_is_gone_and_its_name_is_free(
    orchestrator: Orchestrator, server: Server, clock: Clock
) -> None:
    await orchestrator.assistants.update(server.ours.assistant_id, knowledge_ids=[])

    await orchestrator.knowledge.delete(server.ours.knowledge_id)
    await clock.settle()

    with pytest.raises(NotFoundError) as refused:
        await orchestrator.knowledge.get(server.ours.knowledge_id)
    assert refused.value.code == "knowledge_not_found"
    assert server.rows("knowledge_entries", organization_id=server.ours.id) == []
    assert (await orchestrator.knowledge.create("faq")).entries == 0


async def test_a_base_that_assistants_answer_from_is_not_deleted(
    orchestrator: Orchestrator, server: Server
) -> None:
    knowledge_id = server.ours.knowledge_id
    other = await orchestrator.knowledge.create("Other")
    bob = await orchestrator.assistants.create("Bob", knowledge_ids=[other.id, knowledge_id])

    with pytest.raises(ValidationError) as refused:
        await orchestrator.knowledge.delete(knowledge_id)

    assert refused.value.code == "knowledge_in_use"
    assert refused.value.message == (
        f"Knowledge base {knowledge_id} is answered from by 'Ada' ({server.ours.assistant_id}), "
        f"'Bob' ({bob.id}). Take it from their `knowledge_ids` first."
    )
    assert (await orchestrator.knowledge.get(knowledge_id)).entries == 2


async def test_a_base_of_many_assistants_names_some_of_them(orchestrator: Orchestrator) -> None:
    base = await orchestrator.knowledge.create("Shared")
    for number in range(6):
        await orchestrator.assistants.create(f"Bob {number}", knowledge_ids=[base.id])

    with pytest.raises(ValidationError, match=r"'Bob 4' .* and more assistants\.") as refused:
        await orchestrator.knowledge.delete(base.id)

    assert "Bob 5" not in refused.value.message


async def test_assistants_of_others_do_not_keep_a_base(
    orchestrator: Orchestrator, server: Server
) -> None:
    base = await orchestrator.knowledge.create("Other")
    stranger = Caller(server.theirs.id)
    await server.db.write(service.add_knowledge, stranger, server.theirs.assistant_id, base.id)

    await orchestrator.knowledge.delete(base.id)

    assert [each.name for each in await orchestrator.knowledge.search()] == ["faq"]


async def test_a_base_is_not_deleted_in_the_moment_in_which_an_assistant_gets_it(
    orchestrator: Orchestrator, server: Server
) -> None:
    for _ in range(10):
        base = await orchestrator.knowledge.create("Other")

        given, deleted = await asyncio.gather(
            orchestrator.assistants.create("Bob", knowledge_ids=[base.id]),
            orchestrator.knowledge.delete(base.id),
            return_exceptions=True,
        )

        # One of them is refused, whichever comes second.
        assert isinstance(given, NotFoundError) != isinstance(deleted, ValidationError)
        if isinstance(deleted, ValidationError):
            await orchestrator.knowledge.update(base.id, base.id)


async def test_an_assistant_goes_on_without_a_deleted_base(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> None:
    other = await orchestrator.knowledge.create("Other")
    await orchestrator.assistants.update(
        server.ours.assistant_id, knowledge_ids=[other.id, server.ours.knowledge_id]
    )
    session = await given_session(client)

    # As older versions did it, whoever answered from it.
    await server.db.write(knowledge.delete_base, server.caller, other.id)
    await asked(client, clock, session, QUESTION)

    assert (await texts_of_agents(client, session))[0].startswith(ANSWER)


async def test_pages_lead_through_all_bases(orchestrator: Orchestrator) -> None:
    for name in ("c", "a", "b"):
        await orchestrator.knowledge.create(name)

    page = await orchestrator.knowledge.search(limit=2)

    assert [base.name async for base in page.iterate_all()] == ["faq", "c", "a", "b"]


async def test_a_new_entry_answers_the_next_question(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> None:
    await orchestrator.knowledge.entries.create(
        server.ours.knowledge_id,
        "When are instruments tuned?",
        "On Tuesdays.",
        phrasings=[UNANSWERABLE],
        source="workshop.pdf",
    )
    session = await given_session(client)

    await asked(client, clock, session, UNANSWERABLE)

    assert await texts_of_agents(client, session) == ["On Tuesdays.\n\nSource: workshop.pdf"]


async def test_an_entry_is_read_changed_and_deleted(
    orchestrator: Orchestrator, server: Server, clock: Clock
) -> None:
    entries, knowledge_id = orchestrator.knowledge.entries, server.ours.knowledge_id
    created = await entries.create(knowledge_id, "Tuned?", "On Tuesdays.", phrasings=["Tuning?"])
    await clock.advance(60)

    changed = await entries.update(knowledge_id, created.id, text="On Mondays.")

    assert changed == await entries.get(knowledge_id, created.id)
    assert (changed.title, changed.text, changed.phrasings) == (
        "Tuned?",
        "On Mondays.",
        ["Tuning?"],
    )
    assert (changed.kind, changed.file_name) == ("question", None)
    assert (changed.created_at, changed.updated_at) == (created.created_at, clock.now)
    await entries.delete(knowledge_id, created.id)
    with pytest.raises(NotFoundError) as refused:
        await entries.get(knowledge_id, created.id)
    assert refused.value.code == "entry_not_found"
    assert (await orchestrator.knowledge.get(knowledge_id)).entries == 2


async def test_a_changed_entry_answers_as_it_reads_now(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> None:
    entries, knowledge_id = orchestrator.knowledge.entries, server.ours.knowledge_id
    [hours] = [each for each in await entries.search(knowledge_id) if each.title == QUESTION]
    session = await given_session(client)

    await entries.update(knowledge_id, hours.id, text="Never.")
    await asked(client, clock, session, QUESTION)

    assert await texts_of_agents(client, session) == ["Never.\n\nSource: faq.md"]


async def test_phrasings_are_replaced_and_can_be_taken_away(
    orchestrator: Orchestrator, server: Server
) -> None:
    entries, knowledge_id = orchestrator.knowledge.entries, server.ours.knowledge_id
    created = await entries.create(knowledge_id, "Tuned?", "On Tuesdays.", phrasings=["a", "b"])

    replaced = await entries.update(knowledge_id, created.id, phrasings=["c"])
    without = await entries.update(knowledge_id, created.id, phrasings=[])

    assert (replaced.phrasings, without.phrasings) == (["c"], [])


async def test_an_entry_of_a_file_names_it(orchestrator: Orchestrator, server: Server) -> None:
    entries = await orchestrator.knowledge.entries.search(server.ours.knowledge_id)

    assert [(entry.title, entry.file_name) for entry in entries] == [
        (QUESTION, "faq.md"),
        (OTHER_QUESTION, "faq.md"),
    ]


async def test_pages_lead_through_all_entries(orchestrator: Orchestrator, server: Server) -> None:
    entries, knowledge_id = orchestrator.knowledge.entries, server.ours.knowledge_id
    for number in range(3):
        await entries.create(knowledge_id, f"Question {number}?", "Answer.")

    page = await entries.search(knowledge_id, limit=2)

    titles = [entry.title async for entry in page.iterate_all()]
    assert titles == [QUESTION, OTHER_QUESTION, *(f"Question {number}?" for number in range(3))]


async def test_a_question_finds_its_entries(orchestrator: Orchestrator, server: Server) -> None:
    matches = await orchestrator.knowledge.search_matches(server.ours.knowledge_id, QUESTION)

    assert (matches[0].title, matches[0].text, matches[0].source) == (QUESTION, ANSWER, "faq.md")
    assert matches[0].knowledge_id == server.ours.knowledge_id
    assert matches[0].confidence > 0.5
    assert matches.next_cursor is None


async def test_a_limit_of_matches_is_kept(orchestrator: Orchestrator, server: Server) -> None:
    knowledge_id = server.ours.knowledge_id
    for number in range(3):
        await orchestrator.knowledge.entries.create(knowledge_id, f"Opening hours {number}", "Yes.")

    found = [
        len(await orchestrator.knowledge.search_matches(knowledge_id, QUESTION, limit=limit))
        for limit in (1, 2, None)
    ]

    assert found == [1, 2, 3]


async def test_the_verdict_is_what_a_contact_would_meet(
    orchestrator: Orchestrator, server: Server
) -> None:
    knowledge_id = server.ours.knowledge_id

    answer = await orchestrator.knowledge.decide(knowledge_id, QUESTION)
    nothing = await orchestrator.knowledge.decide(knowledge_id, UNANSWERABLE)

    assert (answer.outcome, [match.title for match in answer.matches]) == ("answer", [QUESTION])
    assert answer.confidence == answer.matches[0].confidence
    assert (nothing.outcome, nothing.matches) == ("hand_off", [])
    assert server.rows("runs") == []
    assert server.rows("gaps") == []


BODIES: list[tuple[str, str, dict[str, Any], str]] = [
    ("POST", "", {"name": " "}, "name"),
    ("POST", "", {"name": "x" * 256}, "name"),
    ("PATCH", "/{base}", {"name": None}, "name"),
    ("POST", "/{base}/entries", {"title": "", "text": "x"}, "title"),
    ("POST", "/{base}/entries", {"title": "x" * 1001, "text": "x"}, "title"),
    ("POST", "/{base}/entries", {"title": "x", "text": "x" * 64_001}, "text"),
    ("POST", "/{base}/entries", {"title": "x", "text": "\n"}, "text"),
    ("POST", "/{base}/entries", {"title": "x", "text": "x", "phrasings": ["y"] * 101}, "phrasings"),
    (
        "POST",
        "/{base}/entries",
        {"title": "x", "text": "x", "phrasings": ["y" * 1001]},
        "phrasings",
    ),
    ("POST", "/{base}/entries", {"title": "x", "text": "x", "source": "y" * 1001}, "source"),
    ("PATCH", "/{base}/entries/entry_1", {"text": None}, "text"),
    ("POST", "/{base}/search", {"question": ""}, "question"),
    ("POST", "/{base}/search", {"question": "x", "limit": 21}, "limit"),
    ("POST", "/{base}/decide", {"question": "x" * 65_537}, "question"),
    ("POST", "/{base}/gaps/search", {"status": "closed"}, "status"),
    ("POST", "/{base}/gaps/search", {"order": "oldest"}, "order"),
]


@pytest.mark.parametrize(("method", "path", "body", "field"), BODIES)
async def test_what_is_out_of_its_limits_is_refused(
    http: httpx.AsyncClient,
    server: Server,
    method: str,
    path: str,
    body: dict[str, Any],
    field: str,
) -> None:
    url = KNOWLEDGE + path.format(base=server.ours.knowledge_id)

    response = await http.request(method, url, json=body)

    assert problem_of(response) == (422, "validation_error")
    assert response.json()["errors"][0]["loc"][:2] == ["body", field]


async def test_the_largest_answer_fits_into_a_message(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> None:
    await orchestrator.knowledge.entries.create(
        server.ours.knowledge_id, UNANSWERABLE, "x" * 64_000, source="y" * 1000
    )
    session = await given_session(client)

    await asked(client, clock, session, UNANSWERABLE)

    [said] = await texts_of_agents(client, session)
    assert 65_000 < len(said) <= 65_536


async def test_a_misspelt_field_is_refused(http: httpx.AsyncClient, server: Server) -> None:
    url = f"{KNOWLEDGE}/{server.ours.knowledge_id}/entries"

    response = await http.post(url, json={"title": "x", "text": "y", "phrasing": ["z"]})

    assert problem_of(response) == (422, "unknown_field")


async def test_a_change_of_nothing_changes_nothing(
    http: httpx.AsyncClient, orchestrator: Orchestrator, server: Server, clock: Clock
) -> None:
    base = await orchestrator.knowledge.get(server.ours.knowledge_id)
    [entry, _] = await orchestrator.knowledge.entries.search(base.id)
    await clock.advance(60)

    await http.patch(f"{KNOWLEDGE}/{base.id}", json={})
    await http.patch(f"{KNOWLEDGE}/{base.id}/entries/{entry.id}", json={})

    assert await orchestrator.knowledge.get(base.id) == base
    assert await orchestrator.knowledge.entries.get(base.id, entry.id) == entry


async def test_changing_an_entry_that_is_not_there_is_refused(
    orchestrator: Orchestrator, server: Server
) -> None:
    with pytest.raises(NotFoundError):
        await orchestrator.knowledge.entries.update(server.ours.knowledge_id, "entry_none")


async def test_the_client_refuses_what_the_server_would(
    orchestrator: Orchestrator, server: Server
) -> None:
    with pytest.raises(ValidationError, match="title"):
        await orchestrator.knowledge.entries.create(server.ours.knowledge_id, "", "x")
