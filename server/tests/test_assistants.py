"""Assistants: who answers, and from what."""

from __future__ import annotations

import httpx
import pytest
from given_knowledge import asked
from given_platform import given_session, problem_of, texts_of_agents
from in_process import UNANSWERABLE, Clock, Server

from antonnia.conversations import Conversations
from antonnia.orchestrator import Orchestrator
from antonnia.orchestrator.exceptions import NotFoundError, ValidationError
from antonnia_server.orchestrator.knowledge import service as knowledge


async def test_a_new_assistant_answers_from_its_knowledge(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> None:
    base = await orchestrator.knowledge.create("Workshop")
    await orchestrator.knowledge.entries.create(base.id, UNANSWERABLE, "Yes.", source="a.md")
    assistant = await orchestrator.assistants.create("Bob", knowledge_ids=[base.id, base.id])
    agent = await client.agents.create("Bob", "ai", assistant_id=assistant.id)
    session = await given_session(client, agent_id=agent.id)

    await asked(client, clock, session, UNANSWERABLE)

    assert await texts_of_agents(client, session) == ["Yes.\n\nSource: a.md"]
    assert (assistant.engine, assistant.version) == ("knowledge", 1)
    assert assistant.knowledge_ids == [base.id]
    assert assistant.organization_id == server.ours.id


@pytest.mark.parametrize("name", [" ", "\n\t", "\u00a0", "\u0085", "\ufeff", "\u2028 "])
async def test_a_name_that_nobody_can_see_is_refused(http: httpx.AsyncClient, name: str) -> None:
    response = await http.post("/orchestrator/v1/assistants", json={"name": name})

    assert problem_of(response) == (422, "validation_error")
    assert response.json()["detail"] == "body.name: must not be blank."


async def test_a_change_makes_a_new_version(
    orchestrator: Orchestrator, server: Server, clock: Clock
) -> None:
    assistants, assistant_id = orchestrator.assistants, server.ours.assistant_id
    await clock.advance(60)

    named = await assistants.update(assistant_id, name="Eva", description="Answers at night.")
    same = await assistants.update(assistant_id, name="Eva")
    plain = await assistants.update(assistant_id, description=None)

    assert (named.name, named.description, named.version) == ("Eva", "Answers at night.", 2)
    assert (named.updated_at, same) == (clock.now, named)
    assert (plain.name, plain.description, plain.version) == ("Eva", None, 3)
    assert plain == await assistants.get(assistant_id)


async def test_a_run_names_the_version_that_answered(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> None:
    await orchestrator.assistants.update(server.ours.assistant_id, name="Eva")

    await asked(client, clock, await given_session(client), UNANSWERABLE)

    [run] = server.rows("runs")
    assert (await orchestrator.runs.get(run["id"])).assistant_version == 2


async def test_a_base_that_is_not_there_is_refused(
    orchestrator: Orchestrator, server: Server
) -> None:
    assistants = orchestrator.assistants

    for unknown in (
        assistants.create("Bob", knowledge_ids=["kb_none"]),
        assistants.update(server.ours.assistant_id, knowledge_ids=["kb_none"]),
    ):
        with pytest.raises(NotFoundError) as refused:
            await unknown
        assert refused.value.code == "knowledge_not_found"


async def test_a_base_that_was_deleted_since_may_stay_in_the_list(
    orchestrator: Orchestrator, server: Server
) -> None:
    assistants = orchestrator.assistants
    other = await orchestrator.knowledge.create("Other")
    # As older versions did it, whoever answered from it.
    await server.db.write(knowledge.delete_base, server.caller, server.ours.knowledge_id)

    changed = await assistants.update(
        server.ours.assistant_id, knowledge_ids=[server.ours.knowledge_id, other.id]
    )

    assert changed.knowledge_ids == [server.ours.knowledge_id, other.id]


async def test_an_assistant_is_deleted_once_no_agent_has_it(
    client: Conversations, orchestrator: Orchestrator
) -> None:
    assistant = await orchestrator.assistants.create("Bob")
    agent = await client.agents.create("Bob", "ai", assistant_id=assistant.id)
    with pytest.raises(ValidationError) as refused:
        await orchestrator.assistants.delete(assistant.id)
    await client.agents.delete(agent.id)

    await orchestrator.assistants.delete(assistant.id)

    assert refused.value.code == "assistant_in_use"
    with pytest.raises(NotFoundError) as gone:
        await orchestrator.assistants.get(assistant.id)
    assert gone.value.code == "assistant_not_found"


async def test_pages_lead_through_all_assistants(orchestrator: Orchestrator) -> None:
    for name in ("Bob", "Cora", "Dan"):
        await orchestrator.assistants.create(name)

    page = await orchestrator.assistants.search(limit=2)

    names = [assistant.name async for assistant in page.iterate_all()]
    assert sorted(names) == ["Ada", "Bob", "Cora", "Dan"]
    assert names[0] == "Ada"
