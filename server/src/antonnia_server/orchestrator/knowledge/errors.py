"""What can be wrong with a request about knowledge, or with a file of it."""

from __future__ import annotations

from antonnia_server.http.refusal import Refusal


class KnowledgeNotFound(Refusal):
    status = 404
    code = "knowledge_not_found"
    title = "No such knowledge base"

    def __init__(self, knowledge_id: str) -> None:
        super().__init__(f"There is no knowledge base {knowledge_id!r}.")


class EntryNotFound(Refusal):
    status = 404
    code = "entry_not_found"
    title = "No such entry"

    def __init__(self, entry_id: str) -> None:
        super().__init__(f"There is no entry {entry_id!r} in this knowledge base.")


class KnowledgeNameTaken(Refusal):
    status = 409
    code = "knowledge_name_taken"
    title = "The name belongs to another knowledge base"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is a knowledge base named {name!r} already.")


class UnreadableKnowledge(Refusal):
    """A file that cannot be imported; the message says where and what was expected."""

    status = 422
    code = "unreadable_knowledge"
    title = "The file cannot be imported"

    def __init__(self, file_name: str, reason: str, *, line: int | None = None) -> None:
        place = file_name if line is None else f"{file_name}, line {line}"
        super().__init__(f"{place}: {reason}")
