"""What can be wrong with a request about knowledge."""

from __future__ import annotations

from typing import ClassVar


class KnowledgeNotFound(Exception):
    """The organization has no such knowledge base."""

    status: ClassVar[int] = 404
    code: ClassVar[str] = "knowledge_not_found"

    def __init__(self, knowledge_id: str) -> None:
        super().__init__(f"There is no knowledge base {knowledge_id}.")


class KnowledgeNameTaken(Exception):
    """The organization has another knowledge base of that name."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "knowledge_name_taken"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is a knowledge base named {name!r} already.")


class UnreadableKnowledge(Exception):
    """A file that cannot be imported; the message says where and what was expected."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "unreadable_knowledge"

    def __init__(self, file_name: str, reason: str, *, line: int | None = None) -> None:
        place = file_name if line is None else f"{file_name}, line {line}"
        super().__init__(f"{place}: {reason}")
