"""Where a race is run, and who takes part."""

from __future__ import annotations

from typing import NamedTuple

from server_process import ServerProcess

from antonnia.conversations import Conversations


class Place(NamedTuple):
    """A running server, a client of it, and a person; new sessions have an AI agent."""

    server: ServerProcess
    client: Conversations
    human_id: str
