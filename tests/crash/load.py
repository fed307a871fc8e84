"""Writers and repliers at full speed, on sessions that they share."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable
from typing import Protocol

from crash.attempts import STORAGE_REFUSALS, Attempt, Journal

from antonnia.conversations import Conversations
from antonnia.conversations.types import MessageContentText, Session

WRITERS = 6
REPLIERS = 4
SHARED_SESSIONS = 24
# How long a writer that was refused by the storage leaves it alone.
PAUSE_SECONDS = 0.02
ANSWERABLE = ("How do I create a session?", "How do I transfer a session to another agent?")
# What is not known, what is nearly known, and what a contact may say to a suggestion.
OTHERWISE = (
    "Which zebra sings the blues in Vladivostok?",
    "Can zebras transfer messages?",
    "1",
    "person",
)
# Seconds; the longest is always still waiting when the server is killed.
DEBOUNCES = (0, 0, 0, 0.05, 0.3, 3)


class Busy(Protocol):
    """A server, or several of which each client gets one."""

    def client(self) -> Conversations: ...


class Load:
    """Keeps servers busy, and the journal of it."""

    def __init__(self, server: Busy, journal: Journal, *, human_id: str, ai_id: str) -> None:
        self._server = server
        self._journal = journal
        self._human_id = human_id
        self._ai_id = ai_id
        self._sessions: deque[str] = deque(maxlen=SHARED_SESSIONS)
        # What a channel delivered last: it may deliver it again.
        self._delivered: dict[str, Attempt] = {}
        self._random = random.Random(20)

    async def run_until_killed(self, kill: asyncio.Task[None]) -> None:
        """Work until no answer comes any more."""
        writing = (self._work(self._next_write) for _ in range(WRITERS))
        replying = (self._work(self._next_reply) for _ in range(REPLIERS))
        await asyncio.gather(kill, *writing, *replying)

    async def run_beside(self, work: asyncio.Task[None]) -> None:
        """Work until `work` is done, on a server that may refuse for a while."""
        others = (self._work(self._next_write, work) for _ in range(WRITERS))
        replying = (self._work(self._next_reply, work) for _ in range(REPLIERS))
        await asyncio.gather(work, *others, *replying)

    async def _work(
        self, next_attempt: Callable[[], Attempt], beside: asyncio.Task[None] | None = None
    ) -> None:
        async with self._server.client() as client:
            while beside is None or not beside.done():
                attempt = next_attempt()
                await attempt.make(client)
                if attempt.is_open and beside is None:
                    return
                if attempt.refusal in STORAGE_REFUSALS or attempt.is_open:
                    await asyncio.sleep(PAUSE_SECONDS)
                if attempt.kind == "create" and isinstance(attempt.answer, Session):
                    self._sessions.append(attempt.answer.id)

    def _next_write(self) -> Attempt:
        if len(self._sessions) < SHARED_SESSIONS or self._random.random() < 0.05:
            return self._journal.begin("create", metadata={"made": self._random.random()})
        session_id = self._random.choice(self._sessions)
        draw = self._random.random()
        if draw < 0.60:
            return self._contact_message(session_id)
        if draw < 0.65:
            return self._message(session_id, role="assistant", agent_id=self._human_id)
        if draw < 0.75:
            metadata = {"marker": f"change-{len(self._journal.attempts)}"}
            return self._journal.begin("update", session_id, metadata=metadata)
        if draw < 0.82:
            # Opens it again, if it was closed; and has the same agent of the three rules at once.
            marker = {"marker": f"change-{len(self._journal.attempts)}"}
            fields = {"metadata": marker, "status": "open", "agent_id": self._ai_id}
            return self._journal.begin("update", session_id, fields=fields)
        if draw < 0.84:
            return self._journal.begin("finish", session_id)
        agent_id = self._random.choice([self._ai_id, self._ai_id, self._human_id, None])
        auto_reply = self._random.random() < 0.5
        return self._journal.begin("transfer", session_id, agent_id=agent_id, auto_reply=auto_reply)

    def _next_reply(self) -> Attempt:
        if not self._sessions:
            return self._next_write()
        session_id = self._random.choice(self._sessions)
        return self._journal.begin(
            "reply", session_id, debounce_time=self._random.choice(DEBOUNCES)
        )

    def _contact_message(self, session_id: str) -> Attempt:
        draw = self._random.random()
        if draw < 0.75:
            return self._message(session_id)
        if draw < 0.9 or session_id not in self._delivered:
            attempt = self._message(
                session_id, provider_message_id=f"wamid.{len(self._journal.attempts)}"
            )
            self._delivered[session_id] = attempt
            return attempt
        delivered = self._delivered[session_id]
        return self._journal.begin("message", session_id, **delivered.arguments)

    def _message(self, session_id: str, **arguments: str) -> Attempt:
        is_answerable = self._random.random() < 0.9
        text = self._random.choice(ANSWERABLE if is_answerable else OTHERWISE)
        marker = f"content-{len(self._journal.attempts)}"
        content = MessageContentText(text=text, template_id=marker)
        return self._journal.begin("message", session_id, content=content, **arguments)


async def given_load(server: Busy, journal: Journal) -> Load:
    """A load on the AI agent that `antonnia dev` makes, and on a person."""
    async with server.client() as client:
        person = await client.agents.create("Ana", "human", profile_id="ana")
        (assistant,) = await client.agents.search(type="ai")
    return Load(server, journal, human_id=person.id, ai_id=assistant.id)
