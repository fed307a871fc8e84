"""The rules of assistants and runs, and what the platform may ask of them."""

from .assistants import add_knowledge, create_assistant
from .runs import (
    FAILURE_TEXT,
    HAND_OFF_TEXT,
    Begun,
    Proposal,
    begin_run,
    complete_step,
    finish_run,
    give_up,
)

__all__ = [
    "FAILURE_TEXT",
    "HAND_OFF_TEXT",
    "Begun",
    "Proposal",
    "add_knowledge",
    "begin_run",
    "complete_step",
    "create_assistant",
    "finish_run",
    "give_up",
]
