"""Attempts at the same time, and the connections that they share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpcore
import pytest
from given_platform import given_session
from given_webhooks import Webhooks
from in_process import Clock
from receiving import Receiver

from antonnia.conversations import Conversations
from antonnia_server.events import sending
from antonnia_server.events.sending import IdleConnections
from antonnia_server.events.service import Target

TARGET = Target("org_1", "wh_1", "http://receiver.test/", {}, (), 1)
ORIGIN = httpcore.Origin(b"http", b"receiver.test", 80)


class Kept(httpcore.AsyncHTTPConnection):
    """A connection that has expired; somebody does something while it is closed."""

    def __init__(self, while_closing: Callable[[], Awaitable[object]] | None = None) -> None:
        super().__init__(ORIGIN)
        self._while_closing = while_closing

    def can_handle_request(self, origin: httpcore.Origin) -> bool:
        return True

    def has_expired(self) -> bool:
        return True

    def is_closed(self) -> bool:
        return False

    def is_idle(self) -> bool:
        return True

    async def aclose(self) -> None:
        if self._while_closing is not None:
            await self._while_closing()


async def test_connections_are_taken_and_given_back_while_another_is_closed() -> None:
    idle = IdleConnections(lambda _: httpcore.AnyIOBackend())

    async def others_at_the_same_time() -> None:
        await idle.take_back(TARGET, Kept())
        await idle.take(TARGET, ORIGIN)

    await idle.take_back(TARGET, Kept())
    await idle.take_back(TARGET, Kept(others_at_the_same_time))

    taken = await idle.take(TARGET, ORIGIN)

    assert not isinstance(taken, Kept)


async def test_an_attempt_that_cannot_be_made_takes_no_other_with_it(
    client: Conversations,
    webhooks: Webhooks,
    receiver: Receiver,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    signed: list[str] = []

    def sign(secret: str, event_id: str, timestamp: int, body: bytes) -> str:
        signed.append(event_id)
        if event_id == signed[0]:
            raise RuntimeError("a mistake of ours")
        return "v1,signed"

    monkeypatch.setattr(sending, "sign", sign)
    await webhooks.create(receiver.url)
    await given_session(client)
    await given_session(client)
    await clock.settle()

    [failed] = await webhooks.deliveries(status="failed")
    [succeeded] = await webhooks.deliveries(status="succeeded")
    assert [failed["event_id"], succeeded["event_id"]] == signed
    assert failed["attempts"][0]["error"] == "internal: RuntimeError"
    assert failed["next_attempt_at"] is not None
    assert "a mistake of ours" in caplog.text
    caplog.clear()
