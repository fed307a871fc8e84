"""A wall clock that is set back or forward, under a server that lives on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from given_platform import SESSIONS, given_message, given_session
from in_process import QUESTION, START, Place, Server, Template, given_server_on

from antonnia.conversations import Conversations
from antonnia_server.clock import SystemClock, from_datetime

SECOND = 1_000_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
PATIENCE_SECONDS = 20


class Machine:
    """The clocks of a machine: one that is set by people, and one that only runs."""

    def __init__(self) -> None:
        self.wall = from_datetime(START) * 1000
        self.running = 0
        self.clock = SystemClock(lambda: self.wall, lambda: self.running)

    def pass_time(self, nanoseconds: int) -> None:
        self.wall += nanoseconds
        self.running += nanoseconds

    def set_clock(self, nanoseconds: int) -> None:
        self.wall += nanoseconds


@pytest.fixture
def machine() -> Machine:
    return Machine()


def test_it_is_the_wall_clock(machine: Machine) -> None:
    machine.pass_time(5 * SECOND)

    assert machine.clock.now() == machine.wall // 1000


def test_set_back_it_goes_on_at_half_the_speed(machine: Machine) -> None:
    before = machine.clock.now()
    machine.set_clock(-HOUR)

    readings = []
    for _ in range(3):
        machine.pass_time(2 * SECOND)
        readings.append((machine.clock.now() - before) / 1e6)

    assert readings == [1, 2, 3]


def test_set_back_it_is_the_wall_clock_again_once_that_has_caught_up(machine: Machine) -> None:
    machine.set_clock(-HOUR)
    machine.clock.now()

    machine.pass_time(2 * HOUR + SECOND)

    assert machine.clock.now() == machine.wall // 1000


def test_looking_often_makes_it_neither_faster_nor_slower(machine: Machine) -> None:
    before = machine.clock.now()
    machine.set_clock(-HOUR)

    for _ in range(1000):
        machine.pass_time(2_000_000)
        machine.clock.now()

    assert (machine.clock.now() - before) / 1e6 == 1


def test_set_forward_it_follows(machine: Machine) -> None:
    machine.set_clock(365 * DAY)

    assert machine.clock.now() == machine.wall // 1000


@pytest.mark.parametrize(("jump", "way"), [(-HOUR, "back"), (DAY, "forward")])
def test_a_jump_is_logged_once(
    machine: Machine, caplog: pytest.LogCaptureFixture, jump: int, way: str
) -> None:
    machine.set_clock(jump)

    for _ in range(3):
        machine.pass_time(SECOND)
        machine.clock.now()

    [record] = caplog.records
    assert record.getMessage() == f"the clock of the machine went {way} by {abs(jump) / 1e9:.1f} s"


@pytest.fixture
async def server(template: Template, database: Place, machine: Machine) -> AsyncIterator[Server]:
    async with given_server_on(database, template, machine.clock) as server:
        yield server


@pytest.fixture
async def client(server: Server) -> AsyncIterator[Conversations]:
    async with server.client(server.ours) as client:
        yield client


async def test_set_back_pages_have_no_gap_and_no_repeat(
    client: Conversations, machine: Machine
) -> None:
    made = []
    for jump in (0, -DAY, 0, -HOUR, 0):
        machine.set_clock(jump)
        machine.pass_time(SECOND)
        made.append((await given_session(client)).id)
    first = await client.sessions.search(limit=2)
    machine.set_clock(-DAY)
    late = (await given_session(client)).id

    rest = [session.id async for session in first.iterate_all()]

    assert rest == made[::-1]
    assert [session.id for session in await client.sessions.search(limit=1)] == [late]


async def test_set_back_nothing_is_updated_before_it_was_made(
    client: Conversations, machine: Machine
) -> None:
    session = await given_session(client)
    machine.set_clock(-HOUR)

    changed = await client.sessions.update(session.id, fields={"contact_name": "Another"})

    assert changed.updated_at is not None
    assert changed.updated_at >= changed.created_at


async def test_set_back_a_repeated_write_is_still_answered_from_its_key(
    server: Server, machine: Machine
) -> None:
    body = {"contact_id": "contact", "contact_name": "Ana"}
    async with server.http(server.ours.token) as http:
        first = await create(http, body)
        machine.set_clock(-DAY)
        again = await create(http, body)

    assert again.headers["idempotent-replayed"] == "true"
    assert again.json() == first.json()


async def create(http: httpx.AsyncClient, body: dict[str, str]) -> httpx.Response:
    return await http.post(SESSIONS, json=body, headers={"idempotency-key": "key"})


@pytest.mark.parametrize("jump", [-DAY, DAY, 0])
async def test_a_reply_is_answered_once_whatever_the_clock_does(
    client: Conversations, server: Server, machine: Machine, jump: int
) -> None:
    session = await given_session(client)
    await given_message(client, session, QUESTION)
    await client.sessions.reply(session.id, 1)

    machine.set_clock(jump)
    machine.pass_time(2 * SECOND)
    # It wakes the runner, as a real second would; if it comes after the answer, in a new window.
    await client.sessions.reply(session.id, 0)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (None, None) in server.outcomes():
            await client.sessions.get(session.id)

    windows = server.outcomes()
    assert windows.count(("answer", None)) == 1
    assert set(windows) <= {("answer", None), ("silence", "nothing_unanswered")}
