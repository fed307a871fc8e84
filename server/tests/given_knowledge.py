"""Given: knowledge that is asked, and what it does not know."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from given_platform import given_message, given_session
from in_process import UNANSWERABLE, Clock, Server

from antonnia.conversations import Conversations
from antonnia.conversations.types import Session
from antonnia.orchestrator import Orchestrator
from antonnia.orchestrator.types import Gap

ISLANDS = "How long does delivery to islands take?"
FURNITURE = "How long does delivery of furniture take?"
ABROAD = "How long does delivery abroad take?"
DELIVERY = {ISLANDS: "Five days.", FURNITURE: "Two weeks.", ABROAD: "A month."}

# Near to what is known, but not it. Which of them are near enough is for the ranking to say, and
# may change with it.
DOUBTFUL = [
    f"{ask} {known}{unknown}?"
    for unknown in ("", " of zebras", " and harpsichords", " in a quantum of time")
    for known in ("delivery", "furniture to islands", "islands abroad", "delivery of furniture")
    for ask in ("How about", "How much is", "Is there", "What of", "When comes the", "About")
]


async def asked(client: Conversations, clock: Clock, session: Session, text: str) -> None:
    """The contact writes, and the agent has answered or not."""
    await given_message(client, session, text)
    await client.sessions.reply(session.id)
    await clock.settle()


async def given_gap(
    client: Conversations,
    orchestrator: Orchestrator,
    clock: Clock,
    server: Server,
    question: str = UNANSWERABLE,
) -> Gap:
    """A question that was handed to a person."""
    await asked(client, clock, await given_session(client), question)
    gaps = await orchestrator.knowledge.gaps.search(server.ours.knowledge_id, order="newest")
    return next(gap for gap in gaps if gap.question == question)


class Suggested(NamedTuple):
    """A session that was offered entries, and what it was offered, in the order of the numbers."""

    session: Session
    question: str
    titles: list[str]


async def given_suggestion(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> Suggested:
    question, titles = await given_doubtful_question(orchestrator, clock, server)
    session = await given_session(client)
    await asked(client, clock, session, question)
    return Suggested(session, question, titles)


async def given_doubtful_question(
    orchestrator: Orchestrator, clock: Clock, server: Server
) -> tuple[str, list[str]]:
    """A question that at least two entries may answer; and their titles."""
    knowledge_id = server.ours.knowledge_id
    for title, text in DELIVERY.items():
        await orchestrator.knowledge.entries.create(knowledge_id, title, text)
    # What the base learns from its entries, it learns later.
    await clock.advance(3600)
    for question in DOUBTFUL:
        verdict = await orchestrator.knowledge.decide(knowledge_id, question)
        if verdict.outcome == "suggestion" and len(verdict.matches) > 1:
            return question, [match.title for match in verdict.matches]
    pytest.fail("none of the doubtful questions is answered with a suggestion")
