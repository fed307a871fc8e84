"""Where the model is compared: one server, moved by hand, and the agents of its organization."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from datetime import datetime

import httpx
from model.session_model import SECOND, Holder
from server_process import ServerProcess

from antonnia.conversations import SyncConversations


class Place:
    """The server, a client, and the agents of its organization."""

    def __init__(self, server: ServerProcess, client: SyncConversations) -> None:
        self.client = client
        self.database = server.database
        # What has happened, to be sure that it has.
        self.seen: Counter[str] = Counter()
        self._http = httpx.Client(
            base_url=server.base_url, headers={"Authorization": f"Bearer {server.token}"}
        )
        [ada] = client.agents.search(type="ai")
        self.agents = {"ai": Holder(ada.id, "ai")} | {
            name: Holder(client.agents.create(name, "human", profile_id=name).id, "human")
            for name in ("ana", "ben")
        }

    def advance(self, seconds: float) -> int:
        """Move the clock, do all that becomes due, and say what it shows, in microseconds."""
        response = self._http.post("/testing/v1/clock", json={"advance": seconds})
        assert response.status_code == 200, response.text
        now = datetime.fromisoformat(response.json()["now"])
        return round(now.timestamp() * SECOND)

    def close(self) -> None:
        self._http.close()
        self.client.close()

    def outcomes(self, session_id: str) -> list[tuple[str, str | None]]:
        """How the session's reply windows ended, in the order in which they were opened."""
        query = (
            "SELECT outcome, reason FROM reply_windows WHERE session_id = ? ORDER BY opened_at, id"
        )
        with closing(sqlite3.connect(self.database)) as connection:
            return connection.execute(query, [session_id]).fetchall()
