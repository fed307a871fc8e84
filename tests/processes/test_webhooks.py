"""Webhooks with many processes on one PostgreSQL, some of which die."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest
from fleet import Fleet, running_fleet
from receiving import Receiver, receiving
from stored import Stored

from antonnia.events import Events

EVENTS = 120
RECEIVERS = 3
PATIENCE_SECONDS = 90


async def test_each_receiver_gets_every_event_whichever_process_dies(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTONNIA_WEBHOOKS_ALLOW_PRIVATE", "1")
    async with running_fleet(url, tmp_path, servers=2, workers=2) as fleet:
        async with receiving() as one, receiving() as two, receiving() as three:
            receivers = [one, two, three]
            async with events_of(fleet) as events:
                for receiver in receivers:
                    await events.webhooks.create(receiver.url, ["session.created"])
            for number in range(EVENTS):
                async with fleet.client() as client:
                    await client.sessions.create("c", "C")
                if number in (EVENTS // 3, EVENTS // 2):
                    # At once, in the middle of whatever they are at.
                    worker = fleet.workers[number % 2]
                    await worker.kill()
                    await worker.start()
            await until_all_have_come(receivers)
            async with events_of(fleet) as events:
                await until_all_is_recorded(events)
        assert fleet.complaints() == []

    stored = Stored(url)
    ledger = Counter((row["webhook_id"], row["event_id"]) for row in stored.deliveries)
    assert len(ledger) == EVENTS * RECEIVERS
    assert set(ledger.values()) == {1}


def events_of(fleet: Fleet) -> Events:
    server = fleet.servers[0]
    return Events(server.token, server.base_url)


async def until_all_have_come(receivers: list[Receiver]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        for receiver in receivers:
            while len({received.webhook_id for received in receiver.received}) < EVENTS:
                await receiver.until(len(receiver.received) + 1)


async def until_all_is_recorded(events: Events) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        recorded = 0
        while recorded < EVENTS * RECEIVERS:
            await asyncio.sleep(0.1)
            recorded = len(await events.deliveries.search(status="succeeded", limit=1000))
