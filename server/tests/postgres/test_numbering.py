"""A relay goes on after another one has held the numbering for too long."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

import pytest
from postgres.conftest import opened
from postgres.pausing import PATIENCE_SECONDS, Pause

from antonnia_server.db import Transaction
from antonnia_server.db.postgres import PostgresDatabase
from antonnia_server.events import service as events
from antonnia_server.http.caller import Caller
from antonnia_server.later_work import numbering
from antonnia_server.settings import PostgresLimits

pytestmark = pytest.mark.postgres_only
OURS = Caller("org_of_this_test")


class Thing(NamedTuple):
    id: str

    def model_dump_json(self) -> str:
        return "{}"


async def test_a_relay_that_has_waited_in_vain_numbers_later(
    url: str, other_db: PostgresDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    pause = Pause()

    def hold(tx: Transaction) -> None:
        events.number_events(tx, at_most=1)
        pause.wait()

    holding = asyncio.create_task(other_db.write(hold))
    await pause.reached()
    await other_db.write(events.publish, OURS, "thing.happened", Thing("thing_1"))
    async with opened(url, PostgresLimits(lock_seconds=1)) as db, numbering(db):
        async with asyncio.timeout(PATIENCE_SECONDS):
            while "events cannot be numbered" not in caplog.text:  # noqa: ASYNC110  # a thread says so
                await asyncio.sleep(0.02)
        pause.end()
        await holding

        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await db.read(events.last_position, OURS):
                pass
