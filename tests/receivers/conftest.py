from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from capturing import CapturingReceiver, Delivered
from server_process import ServerProcess

from antonnia.conversations import SyncConversations
from antonnia.conversations.types import MessageContentText
from antonnia.events import SyncEvents


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server for development, on a socket."""
    server = ServerProcess(tmp_path_factory.mktemp("receivers") / "data")
    with asyncio.Runner() as runner:
        runner.run(server.start())
        yield server
        runner.run(server.stop())
    assert server.complaints() == []


@pytest.fixture(scope="session")
def deliveries(server: ServerProcess) -> list[Delivered]:
    """What the server has delivered: two with one signature, then one with two."""
    place = server.token, server.base_url
    words = MessageContentText(text="Grüße & <b>💬</b>\n\u2028")
    with (
        CapturingReceiver() as receiver,
        SyncEvents(*place) as events,
        SyncConversations(*place) as conversations,
    ):
        webhook = events.webhooks.create(receiver.url)
        receiver.secret = webhook.secret
        session = conversations.sessions.create("contact_1", "Jane")
        # One after the other: of two under way either may come first.
        receiver.wait_for(1)
        conversations.sessions.messages.create(session.id, words)
        receiver.wait_for(2)
        # Only who has the secret of before could verify it with that; both sign.
        events.webhooks.rotate(webhook.id)
        conversations.sessions.finish(session.id)
        return receiver.wait_for(3)
