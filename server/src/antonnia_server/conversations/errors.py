"""What the conversations service refuses."""

from __future__ import annotations

from antonnia_server.http.refusal import Refusal


class SessionNotFound(Refusal):
    status = 404
    code = "session_not_found"
    title = "No such session"

    def __init__(self, session_id: str) -> None:
        super().__init__(f"There is no session {session_id!r}.")


class MessageNotFound(Refusal):
    status = 404
    code = "message_not_found"
    title = "No such message"

    def __init__(self, message_id: str) -> None:
        super().__init__(f"There is no message {message_id!r} in this session.")


class AgentNotFound(Refusal):
    status = 404
    code = "agent_not_found"
    title = "No such agent"

    def __init__(self, agent_id: str) -> None:
        super().__init__(f"There is no agent {agent_id!r}.")


class AssistantNotFound(Refusal):
    status = 404
    code = "assistant_not_found"
    title = "No such assistant"

    def __init__(self, assistant_id: str) -> None:
        super().__init__(f"There is no assistant {assistant_id!r}.")


class ProviderMessageIdConflict(Refusal):
    status = 409
    code = "provider_message_id_conflict"
    title = "The provider's message id belongs to another message"

    def __init__(self, provider_message_id: str, message_id: str) -> None:
        super().__init__(
            f"The provider message id {provider_message_id!r} belongs to message {message_id}, "
            "which says something else."
        )


class EpochChanged(Refusal):
    status = 412
    code = "epoch_changed"
    title = "The session has changed hands or state"

    def __init__(self, session_id: str, *, expected: int, actual: int) -> None:
        super().__init__(
            f"Session {session_id} is at epoch {actual}, not {expected}. Nothing was written. "
            "Read the session again and decide anew."
        )


class SessionClosed(Refusal):
    status = 422
    code = "session_closed"
    title = "The session is closed"

    def __init__(self, session_id: str) -> None:
        super().__init__(f"Session {session_id} is closed. Set its status to open to go on.")


class NoAgent(Refusal):
    status = 422
    code = "no_agent"
    title = "The session has no agent"

    def __init__(self, session_id: str) -> None:
        super().__init__(f"Session {session_id} has no agent. Transfer it to an AI agent first.")


class AgentNotAI(Refusal):
    status = 422
    code = "agent_not_ai"
    title = "The agent is a person"

    def __init__(self, session_id: str) -> None:
        super().__init__(
            f"Session {session_id} is held by a human agent, who answers by hand. "
            "Transfer it to an AI agent first."
        )


class AgentInUse(Refusal):
    status = 422
    code = "agent_in_use"
    title = "The agent holds open sessions"

    def __init__(self, agent_id: str) -> None:
        super().__init__(
            f"Agent {agent_id} still holds open sessions. Transfer or finish them first."
        )


class SurveyNotFound(Refusal):
    status = 422
    code = "survey_not_found"
    title = "No such survey"

    def __init__(self, survey_id: str) -> None:
        super().__init__(f"There is no survey {survey_id!r}.")
