"""What a session does, said again on one page: the server is compared with this."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

SECOND = 1_000_000
LONGEST_WAIT = 60 * SECOND

_NEXT_STATUS = {
    "pending": {"sent", "delivered", "read", "failed", "rejected"},
    "sent": {"delivered", "read", "failed", "rejected"},
    "delivered": {"read"},
}


class Refused(Exception):
    """The model refuses an operation; nothing has changed."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Holder(NamedTuple):
    """An agent, as far as the rules look at one."""

    id: str
    type: Literal["human", "ai"]


@dataclass
class ModelMessage:
    role: str
    text: str
    agent_id: str | None
    provider_message_id: str | None
    delivery_status: str
    is_of_run: bool = False


@dataclass
class Window:
    """A contact waits for an answer."""

    opened_at: int
    due_at: int


@dataclass
class ModelSession:
    contact_id: str
    agent: Holder | None
    metadata: dict[str, Any]
    contact_name: str = "Contact"
    status: str = "open"
    epoch: int = 1
    messages: list[ModelMessage] = field(default_factory=list)
    window: Window | None = None
    # The position up to which runs have taken the contact's messages in.
    answered_position: int = 0
    # How each window has ended: a reason for silence, or "spoke".
    endings: list[str] = field(default_factory=list)

    def refuse_if_epoch_moved(self, if_epoch: int | None) -> None:
        if if_epoch not in (None, self.epoch):
            raise Refused("epoch_changed")

    def post(
        self,
        role: str,
        text: str,
        author: Holder | None,
        provider_message_id: str | None,
        if_epoch: int | None,
    ) -> ModelMessage:
        """The message that is there afterwards, whether it is new or was found."""
        if provider_message_id is not None:
            for message in self.messages:
                if message.provider_message_id == provider_message_id:
                    if (message.role, message.text) != (role, text):
                        raise Refused("provider_message_id_conflict")
                    return message
        self.refuse_if_epoch_moved(if_epoch)
        if self.status == "closed":
            raise Refused("session_closed")
        if role == "user":
            author = None
        elif author is None:
            author = self.agent
        takes_over = role == "assistant" and (
            (author is not None and author.type == "human")
            or self.agent is None
            or self.agent.type != "ai"
        )
        message = ModelMessage(
            role,
            text,
            None if author is None else author.id,
            provider_message_id,
            "delivered" if role == "user" else "pending",
        )
        self.messages.append(message)
        self.epoch += takes_over
        return message

    def report_delivery(self, message: ModelMessage, status: str, if_epoch: int | None) -> None:
        """A status that would go back changes nothing."""
        self.refuse_if_epoch_moved(if_epoch)
        if status in _NEXT_STATUS.get(message.delivery_status, set()):
            message.delivery_status = status

    def transfer(
        self, agent: Holder | None, auto_reply: bool, if_epoch: int | None, now: int
    ) -> None:
        self.refuse_if_epoch_moved(if_epoch)
        if self.status == "closed":
            raise Refused("session_closed")
        self._give_to(agent)
        if auto_reply and agent is not None and agent.type == "ai":
            self._wait(0, now)

    def finish(self, if_epoch: int | None) -> None:
        self.refuse_if_epoch_moved(if_epoch)
        if self.status == "open":
            self._set_status("closed")

    def update(self, fields: dict[str, Any], if_epoch: int | None) -> None:
        """`fields` may have `metadata`, `contact_name`, `status` and `agent`."""
        self.refuse_if_epoch_moved(if_epoch)
        wanted = fields.get("status", self.status)
        if "agent" in fields and self.status == "closed" and wanted == "closed":
            raise Refused("session_closed")
        self.metadata = fields.get("metadata", self.metadata)
        self.contact_name = fields.get("contact_name", self.contact_name)
        if (self.status, wanted) == ("closed", "open"):
            self._set_status("open")
        if "agent" in fields:
            self._give_to(fields["agent"])
        if (self.status, wanted) == ("open", "closed"):
            self._set_status("closed")

    def reply(self, debounce_seconds: int, if_epoch: int | None, now: int) -> None:
        self.refuse_if_epoch_moved(if_epoch)
        if self.status == "closed":
            raise Refused("session_closed")
        if self.agent is None:
            raise Refused("no_agent")
        if self.agent.type != "ai":
            raise Refused("agent_not_ai")
        self._wait(debounce_seconds, now)

    def unanswered(self) -> list[str]:
        """What the contact has written that no run has taken in."""
        later = self.messages[self.answered_position :]
        return [message.text for message in later if message.role == "user"]

    def end_window(self) -> str:
        """The window is due: a reason for silence, or `"spoke"`."""
        self.window = None
        if self.status == "closed":
            ending = "session_closed"
        elif self.agent is None:
            ending = "no_agent"
        elif self.agent.type != "ai":
            ending = "agent_not_ai"
        elif not self.unanswered():
            ending = "nothing_unanswered"
        else:
            ending = "spoke"
        self.endings.append(ending)
        return ending

    def hear_agent(self, text: str, *, is_hand_off: bool) -> None:
        """What the run said; which of its words they are, only the knowledge decides."""
        assert self.agent is not None
        self.answered_position = max(
            place for place, message in enumerate(self.messages, 1) if message.role == "user"
        )
        self.messages.append(
            ModelMessage("assistant", text, self.agent.id, None, "pending", is_of_run=True)
        )
        if is_hand_off:
            self._give_to(None)

    def _give_to(self, agent: Holder | None) -> None:
        self.epoch += self.agent != agent
        self.agent = agent

    def _set_status(self, status: str) -> None:
        self.status = status
        self.epoch += 1

    def _wait(self, debounce_seconds: int, now: int) -> None:
        """Counted from the last call, and at most a minute after the first."""
        due_at = now + debounce_seconds * SECOND
        if self.window is None:
            self.window = Window(now, due_at)
        else:
            self.window.due_at = min(due_at, self.window.opened_at + LONGEST_WAIT)


def is_matched(metadata: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Whether all wanted values are there; in a list, any element may be it."""
    for key, value in wanted.items():
        held = metadata.get(key)
        candidates = held if isinstance(held, list) else [held] if key in metadata else []
        if not any(
            isinstance(c, bool) == isinstance(value, bool) and c == value for c in candidates
        ):
            return False
    return True
