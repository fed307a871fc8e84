"""What was asked of a server that may die at any moment, and what it acknowledged."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, Literal

from server_process import microseconds

from antonnia.conversations import Conversations
from antonnia.conversations.exceptions import (
    APIConnectionError,
    ServerError,
    ValidationError,
)
from antonnia.conversations.types import Message, MessageContentText, Session

Kind = Literal["create", "message", "update", "transfer", "finish", "reply"]
# What a session may refuse because of what another writer did to it.
REFUSALS = {"session_closed", "no_agent", "agent_not_ai"}
# What a storage in trouble says to a write, and the words for one whose outcome nobody knows.
STORAGE_REFUSALS = {"storage_full", "storage_unavailable"}
UNCERTAIN = "is not known"


@dataclass
class Attempt:
    """One call of the SDK; its marker is its idempotency key."""

    kind: Kind
    marker: str
    session_id: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)
    sent_at: int = 0
    # Once it was answered; an attempt has one of an answer, a refusal, or neither: nobody knows.
    answered_at: int = 0
    answer: Session | Message | None = None
    refusal: str | None = None

    @property
    def is_acknowledged(self) -> bool:
        return self.answer is not None

    @property
    def is_open(self) -> bool:
        """Whether nobody knows if it was carried out."""
        return self.answer is None and self.refusal is None

    @property
    def opens_window(self) -> bool:
        """Whether a reply window belongs to it, if it was carried out."""
        return self.kind == "reply" or bool(self.arguments.get("auto_reply"))

    @property
    def content_marker(self) -> str:
        """What the content of a message is told apart by: two attempts may share a message."""
        content: MessageContentText = self.arguments["content"]
        assert content.template_id is not None
        return content.template_id

    async def make(self, client: Conversations) -> None:
        """Call the SDK, and keep what came of it."""
        self.sent_at = self.sent_at or microseconds()
        try:
            self.answer = await self._call(client)
        except ValidationError as error:
            if error.code not in REFUSALS:
                raise
            self.refusal = error.code
        except ServerError as error:
            if error.code not in STORAGE_REFUSALS:
                raise
            if UNCERTAIN in error.message:
                return
            self.refusal = error.code
        except APIConnectionError:
            return
        self.answered_at = microseconds()

    async def _call(self, client: Conversations) -> Session | Message:
        sessions, once = client.sessions, {"idempotency_key": self.marker}
        match self.kind:
            case "create":
                return await sessions.create(self.marker, "Ana", **self.arguments, **once)
            case "message":
                return await sessions.messages.create(self.session_id, **self.arguments, **once)
            case "update":
                return await sessions.update(self.session_id, **self.arguments)
            case "transfer":
                return await sessions.transfer(self.session_id, **self.arguments, **once)
            case "finish":
                return await sessions.finish(self.session_id, **once)
            case "reply":
                return await sessions.reply(self.session_id, **self.arguments, **once)


class Journal:
    """Every attempt, in the order of sending."""

    def __init__(self) -> None:
        self.attempts: list[Attempt] = []

    def begin(
        self, kind: Kind, session_id: str = "", marker: str = "", **arguments: Any
    ) -> Attempt:
        attempt = Attempt(
            kind, marker or f"{kind}-{len(self.attempts)}", session_id, arguments=arguments
        )
        self.attempts.append(attempt)
        return attempt

    async def until_acknowledged(self, more: int) -> None:
        """Wait for so many more acknowledged attempts, however slow the machine is."""
        wanted = self._acknowledged() + more
        while self._acknowledged() < wanted:  # noqa: ASYNC110  # several workers make them
            await asyncio.sleep(0.05)

    async def until_refused(self, more: int) -> None:
        """Wait for so many more refusals."""
        wanted = self._refused() + more
        while self._refused() < wanted:  # noqa: ASYNC110  # several workers meet them
            await asyncio.sleep(0.05)

    def _acknowledged(self) -> int:
        return sum(attempt.is_acknowledged for attempt in self.attempts)

    def _refused(self) -> int:
        return sum(attempt.refusal in STORAGE_REFUSALS for attempt in self.attempts)

    async def repeat_what_was_not_answered(self, client: Conversations, *, since: int) -> int:
        """Send those POSTs again, with the idempotency keys of the first time; how many.

        A PATCH has no such key: whether it was carried out stays open.
        """
        repeated = 0
        for attempt in self.attempts[since:]:
            if attempt.is_open and attempt.kind != "update":
                await attempt.make(client)
                assert not attempt.is_open, attempt
                repeated += 1
        return repeated
