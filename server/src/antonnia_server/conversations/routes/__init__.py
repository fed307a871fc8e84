"""The paths of the conversations service."""

from fastapi import APIRouter

from . import agents, messages, sessions

router = APIRouter()
router.include_router(sessions.router)
router.include_router(messages.router)
router.include_router(agents.router)
