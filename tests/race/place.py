"""Where a race is run, and who takes part."""

from __future__ import annotations

from typing import NamedTuple

from server_process import ServerProcess

from antonnia.conversations import Conversations


class Place(NamedTuple):
    """A running server, a client of it, an AI agent that new sessions have, and a person."""

    server: ServerProcess
    client: Conversations
    ai_id: str
    human_id: str
