"""How long events wait for their positions is a figure."""

from __future__ import annotations

import asyncio

import pytest
from figures import scraped
from given_platform import given_session
from in_process import Server
from postgres.pausing import PATIENCE_SECONDS

from antonnia.conversations import Conversations

pytestmark = pytest.mark.postgres_only
COUNT = "antonnia_event_delay_seconds_count"


async def test_each_commit_with_events_is_counted_once(
    client: Conversations, server: Server
) -> None:
    await given_session(client)

    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (await scraped(server)).of(COUNT):
            pass

    assert (await scraped(server)).of(COUNT) == 1
