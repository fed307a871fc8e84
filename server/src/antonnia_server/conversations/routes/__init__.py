"""The paths of the conversations service."""

from . import agents, messages, sessions

ROUTERS = (sessions.router, messages.router, agents.router)
