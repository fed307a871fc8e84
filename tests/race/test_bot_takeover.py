"""A person takes a session over while a bot of somebody else is about to write."""

from __future__ import annotations

import asyncio

from consistency import check_consistency
from race.place import Place
from race.racing import Delay, run_races
from scale import RACE_TAKEOVERS
from stored import Stored

from antonnia.conversations.exceptions import PreconditionFailedError
from antonnia.conversations.types import Message, MessageContentText, Session

BOT_WORDS = MessageContentText(text="I am a bot, and I think that you should read the manual.")
GREETING = MessageContentText(text="This is Ana.")
LEAST_SHARE = 0.01


async def test_a_bot_that_gives_the_epoch_never_writes_after_a_person_has_taken_over(
    place: Place,
) -> None:
    """The bot read the session before the takeover, and its write names that epoch.

    It is written before the transfer, or refused with 412 and not written at all.
    """
    written: dict[str, Message] = {}
    refused: set[str] = set()
    # The person comes after about as long as the bot thinks.
    delay, arrival = Delay(0.01), Delay(0.01)

    async def bot(session: Session) -> None:
        await delay.wait()
        try:
            written[session.id] = await place.client.sessions.messages.create(
                session.id, BOT_WORDS, role="assistant", if_epoch=session.epoch
            )
        except PreconditionFailedError as error:
            if error.code != "epoch_changed":
                raise
            refused.add(session.id)
        delay.learn(second_was_late=session.id in refused)

    async def race(number: int) -> None:
        sessions = place.client.sessions
        session = await sessions.create(f"contact-{number}", "Contact")
        async with asyncio.TaskGroup() as both:
            both.create_task(bot(session))
            await arrival.wait()
            await sessions.transfer(session.id, place.human_id)
            await sessions.messages.create(
                session.id, GREETING, role="assistant", agent_id=place.human_id
            )

    await run_races(RACE_TAKEOVERS, race)
    await place.server.stop()

    stored = Stored(place.server.database)
    check_consistency(stored)
    for session_id in stored.sessions:
        texts = [message["content"]["text"] for message in stored.messages_of[session_id]]
        events = [event["type"] for event in stored.events_of[session_id]]
        if session_id in refused:
            assert texts == [GREETING.text]
            assert events == ["session.created", "session.transferred", "message.created"]
        else:
            assert texts == [BOT_WORDS.text, GREETING.text]
            assert stored.messages[written[session_id].id]["position"] == 1
            assert events[1:3] == ["message.created", "session.transferred"]
    print(
        f"\n{RACE_TAKEOVERS:,} takeovers: the bot had written before {len(written):,}, "
        f"and was refused after {len(refused):,}"
    )
    assert len(written) + len(refused) == len(stored.sessions) == RACE_TAKEOVERS
    assert min(len(written), len(refused)) > LEAST_SHARE * RACE_TAKEOVERS
    assert place.server.complaints() == []
