"""The rules of the orchestrator, and what the platform may ask of it."""

from .assistants import (
    add_knowledge,
    create_assistant,
    delete_assistant,
    get_assistant,
    hold_assistant,
    search_assistants,
    take_knowledge,
    update_assistant,
)
from .endings import (
    FAILURE_TEXT,
    HAND_OFF_TEXT,
    PERSON_TEXT,
    SMALL_TALK_TEXT,
    Proposal,
    Settled,
    Unanswered,
    finish_run,
    give_up,
)
from .entries import create_entry, delete_entry, get_entry, search_entries, update_entry
from .gaps import answer_gap, delete_gaps, dismiss_gap, get_gap, search_gaps
from .knowledge import (
    create_knowledge,
    decide,
    delete_knowledge,
    get_knowledge,
    search_knowledge,
    search_matches,
    update_knowledge,
)
from .ledger import get_run, list_run_steps
from .runs import Begun, begin_run, complete_step
from .suggestions import suggestion_text

__all__ = [
    "FAILURE_TEXT",
    "HAND_OFF_TEXT",
    "PERSON_TEXT",
    "SMALL_TALK_TEXT",
    "Begun",
    "Proposal",
    "Settled",
    "Unanswered",
    "add_knowledge",
    "answer_gap",
    "begin_run",
    "complete_step",
    "create_assistant",
    "create_entry",
    "create_knowledge",
    "decide",
    "delete_assistant",
    "delete_entry",
    "delete_gaps",
    "delete_knowledge",
    "dismiss_gap",
    "finish_run",
    "get_assistant",
    "get_entry",
    "get_gap",
    "get_knowledge",
    "get_run",
    "give_up",
    "hold_assistant",
    "list_run_steps",
    "search_assistants",
    "search_entries",
    "search_gaps",
    "search_knowledge",
    "search_matches",
    "suggestion_text",
    "take_knowledge",
    "update_assistant",
    "update_entry",
    "update_knowledge",
]
