"""The live server that the documents talk to: `antonnia dev`, as a user starts it."""

from __future__ import annotations

import json
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import pytest

from antonnia.auth import Auth
from antonnia.conversations import Conversations
from antonnia.conversations.types import AIAgent, MessageContentText

READY_SECONDS = 30
STOP_SECONDS = 15


@dataclass(frozen=True)
class Live:
    """What the table of substitutions may name."""

    base_url: str
    token: str
    data: Path
    ai_agent_id: str = ""
    human_agent_id: str = ""
    session_id: str = ""
    message_id: str = ""
    user_id: str = ""

    async def with_agents(self, client: Conversations) -> Live:
        """The agent of new sessions, and a person."""
        [ai_agent, *_] = await client.agents.search(type="ai", limit=1)
        assert isinstance(ai_agent, AIAgent)
        human_agent = await client.agents.create("Ana", "human", profile_id="ana")
        return replace(
            self,
            ai_agent_id=ai_agent.id,
            human_agent_id=human_agent.id,
        )

    async def with_user(self) -> Live:
        """A person, who is a new one each time."""
        async with Auth(self.token, self.base_url) as auth:
            user = await auth.users.create("Jane Smith", f"{uuid4().hex}@acme.example")
        return replace(self, user_id=user.id)

    async def with_session(self, client: Conversations) -> Live:
        """A new session with a message, so that no block meets what another left behind."""
        session = await client.sessions.create("contact_123", "Jane Smith")
        message = await client.sessions.messages.create(
            session.id, MessageContentText(text="How do I finish a session?")
        )
        return replace(self, session_id=session.id, message_id=message.id)


@contextmanager
def serving(directory: Path) -> Iterator[Live]:
    """`antonnia dev` on a free port and fresh data in `directory`."""
    command = [str(Path(sys.executable).with_name("antonnia")), "dev", "--port", "0", "--json"]
    with (directory / "log").open("w+b") as log:
        process = subprocess.Popen(
            [*command, "--data", str(directory / "data")],
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=directory,
        )
        try:
            assert process.stdout is not None
            readable, _, _ = select.select([process.stdout], [], [], READY_SECONDS)
            line = process.stdout.readline() if readable else b""
            if not line:
                log.seek(0)
                pytest.fail(f"{' '.join(command)} did not start:\n{log.read().decode()}")
            ready = json.loads(line)
            yield Live(base_url=ready["base_url"], token=ready["token"], data=directory / "data")
        finally:
            process.terminate()
            process.wait(STOP_SECONDS)
            assert process.stdout is not None
            process.stdout.close()
