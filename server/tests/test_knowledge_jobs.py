"""What is done later about knowledge, by the runner."""

from __future__ import annotations

import asyncio

import pytest
from in_process import START, HandWorker, Place, Template, storing

from antonnia_server.clock import SECOND, HandClock, from_datetime
from antonnia_server.jobs import Handler, Runner, RunnerStops
from antonnia_server.orchestrator.knowledge import service
from antonnia_server.orchestrator.knowledge.entry import Entry
from antonnia_server.orchestrator.knowledge.jobs import (
    HANDLERS,
    calibrate_knowledge,
    delete_knowledge,
)

PATIENCE_SECONDS = 30


def entries() -> list[Entry]:
    return [
        Entry("question", f"fix the {n}th lamp", "Yes.", n, n, phrasings=(f"repair lamp {n}",))
        for n in map(str, range(30))
    ]


async def test_a_base_is_calibrated_after_an_import_and_deleted_after_its_removal(
    database: Place, template: Template
) -> None:
    hand = HandClock(from_datetime(START))
    async with storing(database, template, hand) as server, asyncio.timeout(PATIENCE_SECONDS):
        db, caller = server.db, server.caller
        deleting = Handler(service.DELETE_KNOWLEDGE, delete_knowledge, max_attempts=1)
        runner = Runner(db, hand, [*HANDLERS, deleting])
        await runner.start()
        base_id = await db.write(service.create_base, caller, "lamps")

        await db.write(service.import_entries, caller, base_id, "a.jsonl", entries())
        await runner.run_until(hand, hand.now() + 60 * SECOND)
        base = await db.read(service.get_base, caller, base_id)
        await db.write(service.delete_base, caller, base_id)
        await runner.run_until(hand, hand.now() + SECOND)
        await runner.stop()

        assert base.calibration is not None
        assert server.rows("knowledge_entries", knowledge_id=base_id) == []
        assert server.rows("knowledge_words", knowledge_id=base_id) == []
        assert server.rows("jobs") == []


async def test_a_stop_waits_for_a_piece_of_a_long_job_and_no_more(
    database: Place, template: Template
) -> None:
    hand = HandClock(from_datetime(START))
    async with storing(database, template, hand) as server, asyncio.timeout(PATIENCE_SECONDS):
        db, caller, worker = server.db, server.caller, HandWorker(server)
        worker.stop.set()
        base_id = await db.write(service.create_base, caller, "lamps")
        await db.write(service.import_entries, caller, base_id, "a.jsonl", entries())
        hand.move_to(hand.now() + 60 * SECOND)
        calibrating = await worker.claim()
        await db.write(service.delete_base, caller, base_id)
        deleting = await worker.claim()

        with pytest.raises(RunnerStops):
            await calibrate_knowledge(calibrating)
        with pytest.raises(RunnerStops):
            await delete_knowledge(deleting)

        assert server.rows("knowledge_entries", knowledge_id=base_id) == []
        assert server.rows("knowledge_words", knowledge_id=base_id) != []
