"""Two organizations on one server, with objects of every kind, and all that each can see."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import given_server
import httpx
from given_server import Server
from kinds import ID, KINDS

from antonnia.auth import SyncAuth
from antonnia.conversations import SyncConversations
from antonnia.conversations.types import MessageContentText
from antonnia.events import SyncEvents
from antonnia.orchestrator import SyncOrchestrator

Json = dict[str, Any]
# Nobody listens there.
URL = "http://127.0.0.1:9/"
_PAGE = 1000


class Account(NamedTuple):
    """An organization that is a partner, as one of its tokens finds it."""

    # It stands in all that the organization has in words.
    word: str
    token: str
    base_url: str

    def http(self) -> httpx.Client:
        headers = {"authorization": f"Bearer {self.token}"}
        return httpx.Client(base_url=self.base_url, headers=headers, timeout=30)


def given_account(server: Server, word: str) -> Account:
    where: tuple[str | Path, ...] = ("--data", server.directory)
    given_server.run("org", "create", word, "--partner", *where).check_returncode()
    made = given_server.run("token", "create", "--organization", word, *where)
    made.check_returncode()
    account = Account(word, made.stdout.strip(), server.base_url)
    _fill_auth(account)
    _fill_conversations(account)
    with account.http() as http:
        settle(http)
    return account


def settle(http: httpx.Client) -> None:
    """Wait until nothing is left to do; the server's clock stands."""
    http.post("/testing/v1/clock", json={"advance": 0}).raise_for_status()


def _fill_auth(account: Account) -> None:
    word = account.word
    with SyncAuth(account.token, account.base_url) as auth:
        ana = auth.users.create(word, f"ana@{word}.example", "agent")
        auth.members.create(f"bob@{word}.example", "viewer")
        auth.tokens.create(word, ["conversations:read"], user_id=ana.id)
        for _ in range(2):
            made = auth.partner.organizations.create(word)
            auth.partner.members.create(made.id, f"eve@{word}.example", "viewer")
            auth.partner.tokens.create(made.id, word)


def _fill_conversations(account: Account) -> None:
    word, place = account.word, (account.token, account.base_url)
    with SyncOrchestrator(*place) as orchestrator, SyncEvents(*place) as events:
        for number in range(2):
            webhook = events.webhooks.create(URL, ["nothing.happens"], description=word)
            events.webhooks.test(webhook.id)
            base = orchestrator.knowledge.create(f"{word} {number}")
            orchestrator.knowledge.entries.create(base.id, f"What is {word}?", f"It is {word}.")
        assistant = orchestrator.assistants.create(word, knowledge_ids=[base.id])
        orchestrator.assistants.create(f"{word} too")
    with SyncConversations(*place) as client, account.http() as http:
        client.agents.create(word, "human", profile_id=word)
        agent = client.agents.create(word, "ai", assistant_id=assistant.id)
        for number in range(2):
            key = f"{word}-{number}"
            session = client.sessions.create(
                word, word, agent_id=agent.id, metadata={"word": word}, idempotency_key=key
            )
            asked = MessageContentText(text=f"Zebra {word} harpsichord {number}?")
            client.sessions.messages.create(session.id, asked, provider_message_id=f"p{number}")
            client.sessions.reply(session.id)
            settle(http)
            # It was handed to a person, who gives it back.
            client.sessions.transfer(session.id, agent.id)


def reads_of(document: Json) -> list[tuple[str, str]]:
    """The method and the path of all that changes nothing, and comes to an end."""
    return [
        (method.upper(), path)
        for path, methods in document["paths"].items()
        for method, described in methods.items()
        if (method == "get" and described["x-permission"] != "public")
        or path.endswith(("/search", "/export"))
        if path != "/events/v1/stream"
    ]


def seen_by(account: Account) -> dict[str, str]:
    """All that the account can see, by how it was asked for."""
    with account.http() as http:
        settle(http)
        seen: dict[str, str] = {}
        reads = reads_of(http.get("/openapi.json").json())
        for depth in range(2):
            # What is asked by an id comes after what is not.
            ids = ids_in("".join(seen.values()))
            for method, path in reads:
                names = re.findall(r"\{(\w+)\}", path)
                if len(names) == depth:
                    for each in _filled(path, names, ids):
                        seen[f"{method} {each}"] = _read(http, method, each)
    return seen


def _filled(path: str, names: list[str], ids: dict[str, list[str]]) -> list[str]:
    if not names:
        return [path]
    [name] = names
    return [path.replace(f"{{{name}}}", id) for id in ids.get(KINDS[name], ())]


def _read(http: httpx.Client, method: str, path: str) -> str:
    # What is found for words is asked for by words, and nothing else needs any.
    body = {} if method == "GET" else {"json": {"limit": _PAGE}}
    answer = http.request(method, path, **body)
    assert "x-next-cursor" not in answer.headers, path
    return f"{answer.status_code} {answer.text if answer.is_success else ''}"


def ids_in(text: str) -> dict[str, list[str]]:
    """The ids in a text, by how they begin."""
    found: dict[str, list[str]] = {}
    for id in sorted(set(ID.findall(text))):
        found.setdefault(id.partition("_")[0], []).append(id)
    return found


def cursors_of(account: Account) -> list[str]:
    """Places from which the account's own lists go on."""
    with account.http() as http:
        reads = reads_of(http.get("/openapi.json").json())
        answers = [
            http.post(path, json={"limit": 1})
            for method, path in reads
            if method == "POST" and "{" not in path
        ]
    return [each.headers["x-next-cursor"] for each in answers if "x-next-cursor" in each.headers]


def to_json(account: Account, seen: dict[str, str]) -> str:
    """What another process is told of an account."""
    kinds = ids_in("".join(seen.values()))
    return json.dumps({**account._asdict(), "ids": kinds, "cursors": cursors_of(account)})
