"""The paths of the orchestrator."""

from . import assistants, entries, gaps, knowledge, runs

ROUTERS = (
    assistants.router,
    knowledge.router,
    entries.router,
    gaps.router,
    runs.router,
)
