"""The contact writes on while the assistant is at work on an answer."""

from __future__ import annotations

import asyncio

from consistency import check_consistency
from race.place import Place
from race.racing import run_races
from scale import RACE_TAKEOVERS
from stored import Row, Stored, until_every_window_has_ended

from antonnia.conversations.types import MessageContentText

QUESTION = MessageContentText(text="How do I transfer a session to another agent?")
SESSIONS = max(20, RACE_TAKEOVERS // 10)
WRITERS = 2
MESSAGES_PER_WRITER = 6


async def test_a_message_that_arrives_during_a_run_is_answered_by_the_next_one(
    place: Place,
) -> None:
    """Every message is taken in by exactly one completed run.

    Each one is followed by a `reply`, many of them while a run is at work that has not seen it:
    such a run's own message then comes after one that the next run has to take in.
    """

    async def write_on(session_id: str) -> None:
        for _ in range(MESSAGES_PER_WRITER):
            await place.client.sessions.messages.create(session_id, QUESTION)
            await place.client.sessions.reply(session_id)

    async def race(number: int) -> None:
        session = await place.client.sessions.create(f"contact-{number}", "Contact")
        await asyncio.gather(*(write_on(session.id) for _ in range(WRITERS)))

    await run_races(SESSIONS, race)
    await until_every_window_has_ended(place.server.database, within_seconds=30)
    await place.server.stop()

    stored = Stored(place.server.database)
    check_consistency(stored)
    overtaken = 0
    for session_id in stored.sessions:
        overtaken += check_that_all_is_answered(stored, session_id)
    windows = stored.windows
    print(
        f"\n{SESSIONS:,} sessions: {SESSIONS * WRITERS * MESSAGES_PER_WRITER:,} messages answered "
        f"by {sum(w['outcome'] == 'answer' for w in windows):,} runs, {overtaken:,} of which had "
        f"a message arrive meanwhile"
    )
    assert overtaken, "no message has arrived during a run: nothing was proven"
    assert {(w["outcome"], w["reason"]) for w in windows} <= {
        ("answer", None),
        ("silence", "nothing_unanswered"),
    }
    assert place.server.complaints() == []


def check_that_all_is_answered(stored: Stored, session_id: str) -> int:
    """How many runs of the session spoke after a message that they had not taken in."""
    messages = stored.messages_of[session_id]
    asked = [message["position"] for message in messages if message["role"] == "user"]
    spoken = [message for message in messages if message["run_id"] is not None]
    inputs = [input_position(stored, message) for message in spoken]
    assert len(asked) == WRITERS * MESSAGES_PER_WRITER
    # Each run takes in all that was there when it began, so the newest is the last one's.
    assert set(inputs) <= set(asked)
    assert inputs == sorted(set(inputs))
    assert inputs[-1] == asked[-1]
    for before, message in zip([0, *inputs], spoken, strict=False):
        retrieval = stored.steps_of[message["run_id"]][0]
        taken_in = [p for p in asked if before < p <= input_position(stored, message)]
        assert retrieval["input"]["question"] == "\n".join([QUESTION.text] * len(taken_in))
    return sum(
        input_position(stored, message) < max(p for p in asked if p < message["position"])
        for message in spoken
    )


def input_position(stored: Stored, message: Row) -> int:
    position: int = stored.runs[message["run_id"]]["input_position"]
    return position
