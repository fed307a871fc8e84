"""A contact's side of a session: what they say, and what comes back."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar
from uuid import uuid4

from antonnia.conversations import SyncConversations
from antonnia.conversations.exceptions import APIConnectionError, ServerError, ValidationError
from antonnia.conversations.types import Message, MessageContentText, Session
from antonnia.orchestrator import SyncOrchestrator
from antonnia.orchestrator.types import RunStep

from .why import Why, read_why

R = TypeVar("R")

# How often it is looked for an answer, and for the server after it has gone.
POLL_SECONDS = 0.02
RETRY_SECONDS = 0.5
# Longer than the longest wait for a contact to stop typing.
PATIENCE_SECONDS = 90.0

# What a server says that starts or stops, or a proxy before one.
_PASSING = {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
# Somebody has to do something about these; whoever waits should know it.
_LASTING_CODES = {"storage_damaged", "storage_full", "storage_read_only"}


@dataclass(frozen=True)
class Heard:
    """Something that an agent said."""

    text: str
    speaker: str
    # What an assistant's run came to: answer, suggestion or hand_off; "person" for a person.
    outcome: str
    # Of an answer, where it stands; of a suggestion, of each that was offered.
    sources: tuple[str, ...] = ()
    confidence: float | None = None
    reason: str | None = None
    input_position: int = 0


class Talk:
    """One session after another with the same contact.

    Args:
        on_gone: Called once each time the server stops answering; what was being said is said
            when it is back, once.
    """

    def __init__(
        self,
        conversations: SyncConversations,
        orchestrator: SyncOrchestrator,
        contact_id: str,
        *,
        agent_id: str | None,
        on_gone: Callable[[], None],
    ) -> None:
        self._conversations = conversations
        self._orchestrator = orchestrator
        self._contact_id = contact_id
        self._agent_id = agent_id
        self._on_gone = on_gone
        self._has_answered = False
        self._heard_position = 0
        self._last_run_id: str | None = None
        self.session: Session

    def begin(self, session_id: str | None = None) -> None:
        """Open a session, or go on with one."""
        if session_id is None:
            key = str(uuid4())
            self.session = self._until_answered(
                lambda: self._conversations.sessions.create(
                    self._contact_id, self._contact_id, self._agent_id, idempotency_key=key
                )
            )
            self._heard_position = 0
        else:
            self.session = self._conversations.sessions.get(session_id)
            newest = self._conversations.sessions.messages.search(session_id, limit=1, order="desc")
            self._heard_position = newest[0].position if newest else 0
        self._last_run_id = None

    def say(self, text: str, debounce_seconds: float) -> Message:
        """Post a message, and ask the AI agent for a reply if one holds the session."""
        id, post_key, reply_key = self.session.id, str(uuid4()), str(uuid4())
        content = MessageContentText(text=text)
        message = self._until_answered(
            lambda: self._conversations.sessions.messages.create(
                id, content, idempotency_key=post_key
            )
        )
        self.session = self._until_answered(lambda: self._conversations.sessions.get(id))
        if self.is_with_ai:
            try:
                self._until_answered(
                    lambda: self._conversations.sessions.reply(
                        id, debounce_time=debounce_seconds, idempotency_key=reply_key
                    )
                )
            except ValidationError as refusal:
                # Someone took it or closed it between the two.
                if refusal.code not in ("agent_not_ai", "no_agent", "session_closed"):
                    raise
                self.session = self._until_answered(lambda: self._conversations.sessions.get(id))
        return message

    @property
    def is_with_ai(self) -> bool:
        return self.session.agent is not None and self.session.agent.type == "ai"

    @property
    def holder(self) -> str | None:
        """The name of the agent that holds the session, or None while it waits for a person."""
        return None if self.session.agent is None else self.session.agent.name

    def listen(self) -> list[Heard]:
        """What agents have said since the last look."""
        new = self._until_answered(
            lambda: self._conversations.sessions.messages.search(
                self.session.id, offset=self._heard_position
            )
        )
        heard = [self._heard(message) for message in new if message.role == "assistant"]
        if new:
            self._heard_position = new[-1].position
        if heard:
            self.session = self._until_answered(
                lambda: self._conversations.sessions.get(self.session.id)
            )
        return heard

    def wait(self, message: Message) -> list[Heard]:
        """What agents say until an assistant has answered this message, or none will."""
        heard: list[Heard] = []
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.is_with_ai and time.monotonic() < deadline:
            heard += self.listen()
            if any(each.input_position >= message.position for each in heard):
                break
            time.sleep(POLL_SECONDS)
            self.session = self._until_answered(
                lambda: self._conversations.sessions.get(self.session.id)
            )
        return heard + self.listen()

    def explain(self) -> Why | None:
        """How the last answer came about; None before the first."""
        run_id = self._last_run_id
        if run_id is None:
            return None
        return self._until_answered(lambda: read_why(self._orchestrator, run_id))

    def _heard(self, message: Message) -> Heard:
        content = message.content
        text = content.text if isinstance(content, MessageContentText) else f"[{content.type}]"
        if message.run_id is None:
            return Heard(text, self._name_of(message.agent_id), "person")
        run_id = self._last_run_id = message.run_id
        run = self._until_answered(lambda: self._orchestrator.runs.get(run_id))
        found = _retrieved(self._until_answered(lambda: self._orchestrator.runs.list_steps(run_id)))
        matches: list[dict[str, Any]] = found.get("matches", [])
        return Heard(
            text,
            self._name_of(message.agent_id),
            found.get("outcome", "hand_off"),
            sources=tuple(f"{match['title']} ({match['source']})" for match in matches),
            confidence=found.get("confidence"),
            reason=found.get("reason"),
            input_position=run.input_position or 0,
        )

    def _name_of(self, agent_id: str | None) -> str:
        if agent_id is None:
            return "an agent"
        return self._until_answered(lambda: self._conversations.agents.get(agent_id)).name

    def _until_answered(self, call: Callable[[], R]) -> R:
        """The answer to a call that may be made again, however long the server is away."""
        is_told = False
        while True:
            try:
                answer = call()
            except (APIConnectionError, ServerError) as error:
                # Whoever never answered may not be a server at all.
                is_lasting = isinstance(error, ServerError) and not _is_passing(error)
                if is_lasting or not self._has_answered:
                    raise
                if not is_told:
                    self._on_gone()
                is_told = True
                time.sleep(RETRY_SECONDS)
            else:
                self._has_answered = True
                return answer


def _is_passing(error: ServerError) -> bool:
    return error.status_code in _PASSING and error.code not in _LASTING_CODES


def _retrieved(steps: list[RunStep]) -> dict[str, Any]:
    """What a run found, as its ledger has it."""
    for step in steps:
        if step.type == "retrieval" and step.output is not None:
            return step.output
    return {}
