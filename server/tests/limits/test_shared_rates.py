"""Limits that several processes count together: on PostgreSQL there, on SQLite in a Redis."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from figures import scraped
from given_redis import running_redis
from in_process import START, Place, Server, Template, serving

from antonnia_server.clock import SECOND, HandClock, from_datetime
from antonnia_server.rate_limits.counts import Count
from antonnia_server.rate_limits.exchange import Exchange
from antonnia_server.rate_limits.ledger import CLEAN_EVERY, LedgerFailed, Sum
from antonnia_server.settings import RateLimits

ME = "/auth/v1/me"
TEN = RateLimits(per_token="10/minute")
PATIENCE_SECONDS = 20


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_redis(tmp_path_factory.mktemp("redis") / "redis.sock") as url:
        yield url


@pytest.fixture
def storage(request: pytest.FixtureRequest, database: Place) -> str | None:
    if not isinstance(database, Path):
        return None
    url: str = request.getfixturevalue("redis_url")
    return url


@pytest.fixture
async def servers(
    template: Template, database: Place, storage: str | None, tmp_path: Path
) -> AsyncIterator[list[Server]]:
    """Two that know the same tokens and look at the same clock."""
    # Of each test its own, as the keys in a Redis go on from one to the next.
    hand = HandClock(from_datetime(START) + next(_minutes) * 3600 * SECOND)
    rates = RateLimits(TEN.per_token, storage=storage)
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(
                serving(_place(database, tmp_path / str(number)), template, hand, rates=rates)
            )
            for number in range(2)
        ]


_minutes = iter(range(1, 1000))


def _place(database: Place, copy: Path) -> Place:
    return Path(shutil.copy(database, copy)) if isinstance(database, Path) else database


@pytest.fixture
async def in_turn(servers: list[Server]) -> list[Server]:
    """The same, and they tell one another only when a test has them do it."""
    for server in servers:
        task = exchange_of(server)._task
        assert task is not None
        task.cancel()
    return servers


def exchange_of(server: Server) -> Exchange:
    exchange: Exchange = server.state.exchange
    return exchange


async def ask(server: Server, times: int) -> int:
    """How many of so many requests are answered."""
    async with server.http(server.ours.token) as http:
        statuses = [(await http.get(ME)).status_code for _ in range(times)]
    assert set(statuses) <= {200, 429}
    return statuses.count(200)


async def test_two_processes_have_one_limit(in_turn: list[Server]) -> None:
    answered = 0
    for _ in range(10):
        for server in in_turn:
            answered += await ask(server, 1)
            await exchange_of(server).catch_up()

    # The last of one may not have been heard of by the other, which had its own on the way.
    assert 10 <= answered <= 11
    assert [await ask(server, 1) for server in in_turn] == [0, 0]


async def test_beyond_the_limit_is_what_was_let_through_between_two_exchanges(
    in_turn: list[Server],
) -> None:
    one, other = in_turn
    assert await ask(one, 12) == 10
    assert await ask(other, 1) == 1

    await exchange_of(one).catch_up()
    await exchange_of(other).catch_up()

    assert await ask(other, 5) == 0


async def test_what_others_had_before_weighs_in_the_next_window(in_turn: list[Server]) -> None:
    one, other = in_turn
    await ask(one, 10)
    await exchange_of(one).catch_up()
    # Half of the next minute; it began five seconds after one.
    one.hand.move_to(one.hand.now() + 85 * SECOND)

    assert await ask(other, 1) == 1
    await exchange_of(other).catch_up()

    assert await ask(other, 9) == 4


async def test_they_tell_one_another_by_themselves(servers: list[Server]) -> None:
    one, other = servers
    assert await ask(one, 10) == 10

    async with asyncio.timeout(PATIENCE_SECONDS):
        while heard_by(one) < 10:  # noqa: ASYNC110  # what it waits for sets no event
            await asyncio.sleep(0)

    # Its first is counted before it has heard of the others.
    assert await ask(other, 1) == 1
    async with asyncio.timeout(PATIENCE_SECONDS):
        while heard_by(other) < 11:  # noqa: ASYNC110
            await asyncio.sleep(0)
    assert await ask(other, 5) == 0


def heard_by(server: Server) -> int:
    """How much of what was asked the store is known to have."""
    counts = exchange_of(server)._counts._counts.values()
    return sum(count.shared for count in counts)


class OutOfReach:
    """A ledger that nobody reaches."""

    def __init__(self) -> None:
        self.asked = 0

    async def add(self, told: Sequence[Count]) -> list[Sum]:
        self.asked += 1
        raise LedgerFailed("out of reach")

    async def close(self) -> None:
        """Nothing is open."""


async def test_while_the_store_is_away_each_goes_by_its_own_counts(
    in_turn: list[Server], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "antonnia.rate_limits")
    one, other = in_turn
    exchange = exchange_of(one)
    ledger, exchange._ledger = exchange._ledger, OutOfReach()

    answered = [await ask(one, 3)]
    for _ in range(3):
        assert not await exchange.catch_up()
    away = await scraped(one)
    answered.append(await ask(one, 9))
    exchange._ledger = ledger
    assert await exchange.catch_up()
    await ask(other, 1)
    await exchange_of(other).catch_up()

    assert answered == [3, 7]
    assert away.of("antonnia_rate_limits_alone") == 1
    assert await ask(other, 1) == 0
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert "out of reach" in caplog.text


@pytest.mark.sqlite_only
async def test_a_redis_that_goes_away_and_comes_back_is_used_again(
    template: Template, database: Place, tmp_path: Path
) -> None:
    path = tmp_path / "redis.sock"
    rates = RateLimits(TEN.per_token, storage=f"unix://{path}")
    hand = HandClock(from_datetime(START))
    async with serving(database, template, hand, rates=rates) as server:
        told: list[bool] = []
        for is_there in (False, True, False, True):
            assert await ask(server, 2) == 2
            if is_there:
                with running_redis(path):
                    told.append(await exchange_of(server).catch_up())
            else:
                told.append(await exchange_of(server).catch_up())

        assert await ask(server, 3) == 2
    assert told == [False, True, False, True]


@pytest.mark.postgres_only
async def test_what_weighs_nothing_any_more_is_deleted(in_turn: list[Server]) -> None:
    one, _ = in_turn
    await ask(one, 1)
    await exchange_of(one).catch_up()
    assert len(one.rows("rate_limit_counts")) == 1

    one.hand.move_to(one.hand.now() + CLEAN_EVERY + 120 * SECOND)
    await ask(one, 1)
    await exchange_of(one).catch_up()

    [row] = one.rows("rate_limit_counts")
    assert row["expires_at"] > one.hand.now()


@pytest.mark.sqlite_only
async def test_who_owns_the_database_tells_nobody(template: Template, database: Place) -> None:
    async with serving(database, template, HandClock(from_datetime(START)), rates=TEN) as server:
        assert server.state.exchange is None


@pytest.mark.postgres_only
async def test_nobody_waits_for_a_disk_to_count(in_turn: list[Server]) -> None:
    with in_turn[0].engine.connect() as connection:
        asked = connection.exec_driver_sql(
            "SELECT relpersistence FROM pg_class WHERE relname = 'rate_limit_counts'"
        )

        assert asked.scalar_one() == "u"


@pytest.mark.sqlite_only
@pytest.mark.parametrize("answer", [b"+OK\r\n", b"$-1\r\n", b"*0\r\n", b"HTTP/1.1 400 no\r\n\r\n"])
async def test_a_redis_that_answers_what_is_no_number_is_one_that_is_away(
    template: Template,
    database: Place,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    answer: bytes,
) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(65_536):
            writer.write(answer * 6)
        writer.close()

    path = tmp_path / "nonsense.sock"
    rates = RateLimits(TEN.per_token, storage=f"unix://{path}")
    async with (
        await asyncio.start_unix_server(talk, str(path)),
        serving(database, template, HandClock(from_datetime(START)), rates=rates) as server,
    ):
        assert await ask(server, 2) == 2
        assert not await exchange_of(server).catch_up()

        shown = await scraped(server)
        assert await ask(server, 12) == 8
    assert shown.of("antonnia_rate_limits_alone") == 1
    assert "goes by its own" in caplog.text
