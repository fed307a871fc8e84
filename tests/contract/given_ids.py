"""What the table of malformed requests names: ids of things that exist."""

from __future__ import annotations

import json
import re
from functools import cached_property

from given_server import Server
from raw_http import Answer, Connection, request_of

_ID = re.compile(r"\b[a-z]+_[0-9a-v]{26}\b")
_ROOT = "/conversations/v2"


class GivenIds:
    """Things on a server, made when they are first named; sessions anew for each request."""

    # What stands in a path under this name.
    NAMES = ("session", "message", "agent")

    def __init__(self, server: Server, connection: Connection) -> None:
        self._server = server
        self._connection = connection
        self._sessions: dict[str, str] = {}

    def forget_sessions(self) -> None:
        self._sessions.clear()

    def __call__(self, name: str) -> str:
        """The id that a name stands for."""
        match name:
            case "token":
                return self._server.token
            case "session" | "closed session" | "human session" | "waiting session":
                if name not in self._sessions:
                    self._sessions[name] = self._make_session(name)
                return self._sessions[name]
            case "message":
                if name not in self._sessions:
                    self._sessions[name] = self._make_message(self("session"))
                return self._sessions[name]
            case "agent" | "person" | "free person":
                return {"agent": self._ai, "person": self._person, "free person": self._free}[name]
            case "session cursor" | "agent cursor" | "message cursor":
                return self._cursors[name.removesuffix(" cursor")]
        raise KeyError(name)

    def hide(self, said: str) -> str:
        """What the server said, with names for ids."""
        known = {"agent": self._ai, "person": self._person, **self._sessions}
        for name, value in known.items():
            said = said.replace(value, f"«{name}»")
        return _ID.sub("«an id»", said)

    def _make_session(self, name: str) -> str:
        body = {"contact_id": "contact_1", "contact_name": "Jane", "agent_id": self._ai}
        session_id = self._post("/sessions", body)["id"]
        if name == "closed session":
            self._post(f"/sessions/{session_id}/finish", {})
        elif name != "session":
            agent_id = self._person if name == "human session" else None
            self._post(f"/sessions/{session_id}/transfer", {"agent_id": agent_id})
        return str(session_id)

    def _make_message(self, session_id: str) -> str:
        body = {"content": {"type": "text", "text": "Hi"}, "provider_message_id": "p_1"}
        return str(self._post(f"/sessions/{session_id}/messages", body)["id"])

    @cached_property
    def _ai(self) -> str:
        body = {"name": "Ada", "type": "ai", "assistant_id": self._assistant}
        return str(self._post("/agents", body)["id"])

    @cached_property
    def _assistant(self) -> str:
        return str(self._post("/assistants", {"name": "Ada"}, root="/orchestrator/v1")["id"])

    @cached_property
    def _person(self) -> str:
        body = {"name": "Ana", "type": "human", "profile_id": "profile_1"}
        return str(self._post("/agents", body)["id"])

    @cached_property
    def _free(self) -> str:
        body = {"name": "Bea", "type": "human", "profile_id": "profile_2"}
        return str(self._post("/agents", body)["id"])

    @cached_property
    def _cursors(self) -> dict[str, str]:
        for _ in range(2):
            self._make_message(self._make_session("session"))
        assert self._ai != self._person
        return {name: self._cursor(f"/{name}s/search") for name in ("session", "message", "agent")}

    def _post(self, path: str, body: dict[str, object], *, root: str = _ROOT) -> dict[str, object]:
        answer = self._ask(root + path, body)
        made: dict[str, object] = answer.json()
        assert answer.status < 300, made
        return made

    def _cursor(self, path: str) -> str:
        return str(self._ask(_ROOT + path, {"limit": 1}).headers["x-next-cursor"])

    def _ask(self, path: str, body: dict[str, object]) -> Answer:
        headers = [f"Authorization: Bearer {self._server.token}".encode()]
        send = f"POST {path}".encode()
        return self._connection.ask(request_of(send, headers, json.dumps(body).encode()))
