"""Question load, in a process of its own: reads a JSON order as its argument, prints JSON figures.

`latency` asks one question at a time; `throughput` keeps many sessions waiting at once. With
`floor` the same questions go to the floor, which commits two messages for each and answers none.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import deque
from typing import Literal, TypedDict

import uvloop

from benchmarks.connection import Address, Connection, UnexpectedAnswer
from benchmarks.floor import SESSIONS

QUESTIONS = [
    "How do I create a session?",
    "How do I send a message to a session?",
    "How do I transfer a session to another agent?",
    "How do I finish a session?",
]
LANES = 16
WAITING_PER_LANE = 4
POLL_SECONDS = 0.001
LANE_POLL_SECONDS = 0.020
PATIENCE_SECONDS = 15.0

REPLY = json.dumps({"debounce_time": 0}).encode()
ANSWERS = json.dumps({"role": "assistant", "limit": 10}).encode()


class QuestionOrder(TypedDict):
    base_url: str
    token: str
    kind: Literal["latency", "throughput"]
    floor: bool
    count: int
    run: str


class QuestionFigures(TypedDict):
    errors: list[str]
    latencies: list[float]
    seconds: float
    polls: int


class Asker:
    """Asks one question in each of its sessions, over one connection."""

    def __init__(self, connection: Connection, *, floor: bool) -> None:
        self.polls = 0
        self._connection = connection
        self._floor = floor

    async def create_session(self, name: str) -> str:
        body = json.dumps({"contact_id": name, "contact_name": "Ana"}).encode()
        created = await self._connection.post(SESSIONS, body, 201)
        return str(created["id"])

    async def ask(self, session_id: str, number: int) -> None:
        path = f"{SESSIONS}/{session_id}"
        text = QUESTIONS[number % len(QUESTIONS)]
        body = json.dumps({"content": {"type": "text", "text": text}}).encode()
        await self._connection.post(f"{path}/messages", body, 201)
        if self._floor:
            await self._connection.post(f"{path}/messages", body, 201)
        else:
            await self._connection.post(f"{path}/reply", REPLY, 200)

    async def is_answered(self, session_id: str) -> bool:
        if self._floor:
            return True
        self.polls += 1
        return await self._count_answers(session_id) > 0

    async def verify(self, session_id: str) -> None:
        """Exactly one answer, given by the AI agent that still holds the session."""
        if self._floor:
            return
        answers = await self._count_answers(session_id)
        session = await self._connection.get(f"{SESSIONS}/{session_id}")
        if answers != 1 or session["epoch"] != 1:
            raise UnexpectedAnswer(
                f"{session_id}: {answers} answers instead of 1, epoch {session['epoch']}"
            )

    async def _count_answers(self, session_id: str) -> int:
        path = f"{SESSIONS}/{session_id}/messages/search"
        return len(await self._connection.post(path, ANSWERS, 200))


async def measure_latency(asker: Asker, sessions: list[str]) -> list[float]:
    """Seconds from the question's first byte until its answer can be read, one by one."""
    latencies = []
    for number, session_id in enumerate(sessions):
        begin = time.perf_counter()
        await asker.ask(session_id, number)
        while not await asker.is_answered(session_id):
            refuse_to_wait_longer(session_id, begin)
            await asyncio.sleep(POLL_SECONDS)
        latencies.append(time.perf_counter() - begin)
    return latencies


async def run_lane(asker: Asker, sessions: list[str]) -> None:
    """Keep a few sessions waiting; poll only the one that waits longest.

    The others are most likely not answered before it, so an answer costs little more than one
    poll, and the polls do not become the load that is measured.
    """
    todo = deque(enumerate(sessions))
    waiting: deque[tuple[str, float]] = deque()
    while todo or waiting:
        if todo and len(waiting) < WAITING_PER_LANE:
            number, session_id = todo.popleft()
            waiting.append((session_id, time.perf_counter()))
            await asker.ask(session_id, number)
            continue
        session_id, since = waiting[0]
        if await asker.is_answered(session_id):
            waiting.popleft()
        else:
            refuse_to_wait_longer(session_id, since)
            await asyncio.sleep(LANE_POLL_SECONDS)


def refuse_to_wait_longer(session_id: str, since: float) -> None:
    if time.perf_counter() - since > PATIENCE_SECONDS:
        raise UnexpectedAnswer(f"{session_id}: no answer after {PATIENCE_SECONDS:.0f} s")


async def load(order: QuestionOrder) -> QuestionFigures:
    address = Address(order["base_url"], order["token"])
    lanes = LANES if order["kind"] == "throughput" else 1
    askers = [Asker(await Connection.open(address), floor=order["floor"]) for _ in range(lanes)]
    names = [f"{order['run']}-{number}" for number in range(order["count"])]

    async def prepare(lane: int) -> list[str]:
        return [await askers[lane].create_session(name) for name in names[lane::lanes]]

    async def verify(lane: int) -> None:
        for session_id in sessions[lane]:
            await askers[lane].verify(session_id)

    try:
        sessions = await asyncio.gather(*map(prepare, range(lanes)))
        latencies: list[float] = []
        begin = time.perf_counter()
        if order["kind"] == "latency":
            latencies = await measure_latency(askers[0], sessions[0])
        else:
            await asyncio.gather(*map(run_lane, askers, sessions))
        seconds = time.perf_counter() - begin
        await asyncio.gather(*map(verify, range(lanes)))
    except UnexpectedAnswer as error:
        return {"errors": [str(error)], "latencies": [], "seconds": 0.0, "polls": 0}
    polls = sum(asker.polls for asker in askers)
    return {"errors": [], "latencies": latencies, "seconds": seconds, "polls": polls}


if __name__ == "__main__":
    print(json.dumps(uvloop.run(load(json.loads(sys.argv[1])))))
