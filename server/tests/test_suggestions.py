"""The third way in which a wait ends: the contact is offered entries, and picks one."""

from __future__ import annotations

import pytest
from given_knowledge import (
    DELIVERY,
    asked,
    given_doubtful_question,
    given_suggestion,
)
from given_platform import given_message, given_person, given_session, texts_of_agents
from in_process import (
    ANSWER,
    QUESTION,
    UNANSWERABLE,
    Clock,
    HandWorker,
    RecordedEvents,
    Server,
)

from antonnia.conversations import Conversations
from antonnia.orchestrator import Orchestrator
from antonnia_server.orchestrator import engine, service
from antonnia_server.orchestrator.service import HAND_OFF_TEXT, PERSON_TEXT


async def test_a_doubtful_question_is_answered_with_up_to_three_titles(
    client: Conversations,
    orchestrator: Orchestrator,
    clock: Clock,
    server: Server,
    events: RecordedEvents,
) -> None:
    session, _, titles = await given_suggestion(client, orchestrator, clock, server)

    [said] = await texts_of_agents(client, session)
    assert [f"{number}. {title}" in said for number, title in enumerate(titles, 1)] == [True] * len(
        titles
    )
    assert 'send "person"' in said
    assert len(titles) <= 3
    kept = await client.sessions.get(session.id)
    assert (kept.agent, kept.epoch) == (session.agent, 1)
    assert server.outcomes() == [("suggestion", None)]
    assert events.of_type("session.transferred") == []


async def test_the_step_says_what_was_offered(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> None:
    session, question, titles = await given_suggestion(client, orchestrator, clock, server)

    [said] = await client.sessions.messages.search(session.id, role="assistant")
    assert said.run_id is not None
    retrieval, message = await orchestrator.runs.list_steps(said.run_id)
    assert retrieval.input == {"question": question}
    assert message.citations is not None
    assert [citation.title for citation in message.citations] == titles
    assert message.output is not None
    assert message.output["position"] == said.position


@pytest.mark.parametrize(
    "reply",
    [
        *(
            "2",
            "2.",
            " #2 ",
            "(2)",
            "2)",
            "[2]",
            "*2*",
            "2!",
            "2 \U0001f44d",
            "\uff12",
            "2\ufe0f\u20e3",
        ),
        *("the second", "Second one, please", "2nd", "No. 2", "no.2", "option 2", "Option: 2"),
    ],
)
async def test_a_number_is_answered_with_its_entry(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server, reply: str
) -> None:
    session, _, titles = await given_suggestion(client, orchestrator, clock, server)

    await asked(client, clock, session, reply)

    said = await texts_of_agents(client, session)
    assert said[1].partition("\n\nSource: ")[0] == DELIVERY[titles[1]]
    assert server.outcomes() == [("suggestion", None), ("answer", None)]


@pytest.mark.parametrize("form", ["{title}", "2. {title}", "{title!u}"])
async def test_a_title_is_answered_with_its_entry(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server, form: str
) -> None:
    session, _, titles = await given_suggestion(client, orchestrator, clock, server)
    reply = titles[1].upper() if form == "{title!u}" else form.format(title=titles[1])

    await asked(client, clock, session, reply)

    said = await texts_of_agents(client, session)
    assert said[1].partition("\n\nSource: ")[0] == DELIVERY[titles[1]]


@pytest.mark.parametrize(
    "reply", ["person", "Person!", "human", "none", "None of these.", "talk to a person please"]
)
async def test_who_asks_for_a_person_gets_one(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server, reply: str
) -> None:
    session, question, _ = await given_suggestion(client, orchestrator, clock, server)

    await asked(client, clock, session, reply)

    assert (await texts_of_agents(client, session))[1] == PERSON_TEXT
    assert server.outcomes() == [("suggestion", None), ("hand_off", "asked_for_person")]
    assert (await client.sessions.get(session.id)).agent is None
    [gap] = await orchestrator.knowledge.gaps.search(server.ours.knowledge_id)
    assert (gap.question, gap.times_asked) == (question, 1)


async def test_another_question_is_answered(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> None:
    session, _, _ = await given_suggestion(client, orchestrator, clock, server)

    await asked(client, clock, session, QUESTION)

    assert (await texts_of_agents(client, session))[1].startswith(ANSWER)


@pytest.mark.parametrize("reply", ["doubtful", "7", UNANSWERABLE])
async def test_two_suggestions_never_follow_each_other(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server, reply: str
) -> None:
    session, question, _ = await given_suggestion(client, orchestrator, clock, server)

    await asked(client, clock, session, question if reply == "doubtful" else reply)

    assert (await texts_of_agents(client, session))[1] == HAND_OFF_TEXT
    assert server.outcomes() == [("suggestion", None), ("hand_off", "below_confidence")]


async def test_after_an_answer_there_may_be_a_suggestion_again(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> None:
    session, question, _ = await given_suggestion(client, orchestrator, clock, server)

    await asked(client, clock, session, "1")
    await asked(client, clock, session, question)

    assert [outcome for outcome, _ in server.outcomes()] == ["suggestion", "answer", "suggestion"]


async def test_a_number_without_a_suggestion_picks_nothing(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> None:
    session, _, _ = await given_suggestion(client, orchestrator, clock, server)
    await asked(client, clock, session, "1")

    await asked(client, clock, session, "1")

    assert server.outcomes()[-1] == ("hand_off", "below_confidence")


@pytest.mark.parametrize(
    "reply",
    [
        *("-2", "- 2", "\u22122", "\u20132", "+2", "<2", ">2", "~2", "=2", "\u00b12"),
        *(".2", ",2", "2.0", "2,0", "1.5", "1/2", "\u00bd", "20", "02", "2e0", "22", "0", "4"),
        *("2%", "2 %", "$2", "2\u20ac", "2\u00b0", "2/", "2^", "1-2", "1 2", "1 or 2", "not 2"),
    ],
)
async def test_an_amount_is_no_choice(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server, reply: str
) -> None:
    session, _, titles = await given_suggestion(client, orchestrator, clock, server)

    await asked(client, clock, session, reply)

    said = (await texts_of_agents(client, session))[1]
    assert said.partition("\n\nSource: ")[0] not in [DELIVERY[title] for title in titles]


async def test_a_number_that_may_be_meant_for_a_person_picks_nothing(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> None:
    session, _, _ = await given_suggestion(client, orchestrator, clock, server)
    ana = await given_person(client)
    await given_message(client, session, "1 or 2 pieces?", "assistant", agent_id=ana.id)

    await asked(client, clock, session, "2")

    assert server.outcomes()[-1] == ("hand_off", "below_confidence")


async def test_a_number_written_before_the_suggestion_picks_nothing(
    client: Conversations,
    orchestrator: Orchestrator,
    clock: Clock,
    worker: HandWorker,
    server: Server,
) -> None:
    question, _ = await given_doubtful_question(orchestrator, clock, server)
    session = await given_session(client)
    await given_message(client, session, question)
    await client.sessions.reply(session.id, 1)
    await clock.jump(1)
    job = await worker.claim()
    begun = await job.write(service.begin_run)
    assert begun is not None
    await given_message(client, session, "2")
    await client.sessions.reply(session.id)

    await job.write(service.finish_run, begun.run, engine.STEPS, await engine.propose(job, begun))
    await clock.settle()

    assert server.outcomes() == [("suggestion", None), ("hand_off", "below_confidence")]


async def test_a_number_and_another_question_are_not_only_a_number(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> None:
    session, _, titles = await given_suggestion(client, orchestrator, clock, server)
    await given_message(client, session, "2")

    await asked(client, clock, session, QUESTION)

    said = await texts_of_agents(client, session)
    assert not said[1].startswith(DELIVERY[titles[1]])


async def test_the_same_number_twice_is_one_choice(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> None:
    session, _, titles = await given_suggestion(client, orchestrator, clock, server)
    await given_message(client, session, "2")

    await asked(client, clock, session, "2!")

    assert (await texts_of_agents(client, session))[1].startswith(DELIVERY[titles[1]])


async def test_a_choice_is_answered_as_the_entry_reads_now(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> None:
    session, _, titles = await given_suggestion(client, orchestrator, clock, server)
    knowledge_id = server.ours.knowledge_id
    entries = await orchestrator.knowledge.entries.search(knowledge_id)
    [chosen] = [entry for entry in entries if entry.title == titles[0]]
    await orchestrator.knowledge.entries.update(knowledge_id, chosen.id, text="Corrected.")

    await asked(client, clock, session, "1")

    assert (await texts_of_agents(client, session))[1].startswith("Corrected.\n\nSource: ")


async def test_a_choice_that_was_deleted_is_handed_to_a_person(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> None:
    session, _, titles = await given_suggestion(client, orchestrator, clock, server)
    knowledge_id = server.ours.knowledge_id
    for entry in await orchestrator.knowledge.entries.search(knowledge_id):
        if entry.title == titles[0]:
            await orchestrator.knowledge.entries.delete(knowledge_id, entry.id)

    await asked(client, clock, session, "1")

    assert server.outcomes()[-1] == ("hand_off", "suggestion_gone")


async def test_a_choice_closes_the_gap_with_its_entry(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> None:
    session, question, titles = await given_suggestion(client, orchestrator, clock, server)
    knowledge_id = server.ours.knowledge_id

    await asked(client, clock, session, "1")

    assert await orchestrator.knowledge.gaps.search(knowledge_id) == []
    [gap] = await orchestrator.knowledge.gaps.search(knowledge_id, "answered")
    assert gap.entry_id is not None
    chosen = await orchestrator.knowledge.entries.get(knowledge_id, gap.entry_id)
    assert (gap.question, chosen.title) == (question, titles[0])


async def test_a_suggestion_is_discarded_once_the_session_is_with_a_person(
    client: Conversations,
    orchestrator: Orchestrator,
    clock: Clock,
    worker: HandWorker,
    server: Server,
) -> None:
    question, _ = await given_doubtful_question(orchestrator, clock, server)
    session = await given_session(client)
    await given_message(client, session, question)
    await client.sessions.reply(session.id, 1)
    await clock.jump(1)
    job = await worker.claim()
    begun = await job.write(service.begin_run)
    assert begun is not None
    proposal = await engine.propose(job, begun)
    ana = await given_person(client)

    await client.sessions.transfer(session.id, ana.id)
    await job.write(service.finish_run, begun.run, engine.STEPS, proposal)

    assert await texts_of_agents(client, session) == []
    assert server.outcomes() == [("silence", "agent_not_ai")]
    assert server.rows("gaps") == []
    assert server.rows("threads")[0]["offered_run_id"] is None


@pytest.mark.parametrize("reply", [None, "2"], ids=["suggesting", "answering the choice"])
async def test_a_crash_in_the_middle_says_what_was_to_be_said_once(
    client: Conversations,
    orchestrator: Orchestrator,
    clock: Clock,
    worker: HandWorker,
    server: Server,
    reply: str | None,
) -> None:
    question, titles = await given_doubtful_question(orchestrator, clock, server)
    session = await given_session(client)
    if reply is not None:
        await asked(client, clock, session, question)
    await given_message(client, session, reply or question)
    await client.sessions.reply(session.id, 1)
    await clock.jump(1)
    job = await worker.claim()
    begun = await job.write(service.begin_run)
    assert begun is not None
    await engine.propose(job, begun)
    knowledge_id = server.ours.knowledge_id
    for entry in await orchestrator.knowledge.entries.search(knowledge_id):
        await orchestrator.knowledge.entries.delete(knowledge_id, entry.id)

    await clock.jump(15)
    await clock.settle()

    said = await texts_of_agents(client, session)
    expected = f"2. {titles[1]}" if reply is None else DELIVERY[titles[1]]
    assert expected in said[-1]
    assert len(said) == (1 if reply is None else 2)
    assert len(server.rows("gaps")) == 1


def test_a_long_title_is_cut_to_one_line() -> None:
    text = service.suggestion_text(["one\ntwo", "x" * 65_536, "y" * 200])

    listed = [line for line in text.split("\n") if line[:1].isdigit()]
    assert listed == ["1. one two", f"2. {'x' * 199}…", f"3. {'y' * 200}"]
