"""A person takes a session over while its AI agent is about to answer."""

from __future__ import annotations

from typing import NamedTuple

from consistency import check_consistency
from race.place import Place
from race.racing import Delay, run_races
from scale import RACE_TAKEOVERS
from stored import Stored, until_every_window_has_ended

from antonnia.conversations.types import Message, MessageContentText

QUESTION = MessageContentText(text="How do I transfer a session to another agent?")
GREETING = MessageContentText(text="This is Ana. I am reading what you wrote.")
# The least share of the races that each side has to win, or they were no races.
LEAST_SHARE = 0.01


class Takeover(NamedTuple):
    session_id: str
    greeting: Message
    # What the contact could read when the person had written.
    seen: list[Message]


async def test_an_assistant_says_nothing_after_a_person_has_taken_over(place: Place) -> None:
    """What an AI agent says is said before `session.transferred`, or never.

    Shown in the order of the log, which is the order of the commits; in the order of the messages;
    and in what could be read at the takeover: nothing has come to it since.
    """
    takeovers: list[Takeover] = []
    delay = Delay(0.02)

    async def race(number: int) -> None:
        takeover = await take_over(place, f"contact-{number}", delay)
        delay.learn(second_was_late=len(takeover.seen) == 3)
        takeovers.append(takeover)

    await run_races(RACE_TAKEOVERS, race)
    await until_every_window_has_ended(place.server.database, within_seconds=30)
    final = [await read_messages(place, takeover.session_id) for takeover in takeovers]
    await place.server.stop()

    stored = Stored(place.server.database)
    check_consistency(stored)
    for takeover, messages in zip(takeovers, final, strict=True):
        assert messages == takeover.seen
        check_order(stored, takeover, place.human_id)
    ai_first = sum(len(takeover.seen) == 3 for takeover in takeovers)
    print(
        f"\n{RACE_TAKEOVERS:,} takeovers: the assistant had answered before {ai_first:,}, "
        f"and was silent after all of them"
    )
    assert len(takeovers) == RACE_TAKEOVERS
    assert LEAST_SHARE < ai_first / RACE_TAKEOVERS < 1 - LEAST_SHARE
    assert place.server.complaints() == []


async def take_over(place: Place, contact_id: str, delay: Delay) -> Takeover:
    """The contact asks, the assistant is told to answer, the person takes over and writes."""
    sessions = place.client.sessions
    session = await sessions.create(contact_id, "Contact")
    await sessions.messages.create(session.id, QUESTION)
    await sessions.reply(session.id)
    await delay.wait()

    taken = await sessions.transfer(session.id, place.human_id)
    greeting = await sessions.messages.create(
        session.id, GREETING, role="assistant", agent_id=place.human_id
    )

    assert taken.agent is not None
    assert taken.agent.id == place.human_id
    return Takeover(session.id, greeting, await read_messages(place, session.id))


async def read_messages(place: Place, session_id: str) -> list[Message]:
    return list(await place.client.sessions.messages.search(session_id))


def check_order(stored: Stored, takeover: Takeover, human_id: str) -> None:
    events = [event["type"] for event in stored.events_of[takeover.session_id]]
    messages = stored.messages_of[takeover.session_id]
    authors = [message["agent_id"] for message in messages]
    (window,) = stored.windows_of[takeover.session_id]
    transferred = events.index("session.transferred")
    if len(messages) == 3:
        assert authors[0] is None
        assert messages[1]["run_id"] == window["run_id"]
        assert window["outcome"] == "answer"
        # Created, asked, answered: then the transfer.
        assert transferred == 3
    else:
        assert (window["outcome"], window["reason"]) == ("silence", "agent_not_ai")
        assert len(messages) == 2
        assert transferred == 2
    assert authors[-1] == human_id
    assert events[transferred + 1 :] == ["message.created"]
    assert takeover.greeting.position == len(messages)
