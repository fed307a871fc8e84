"""How often a token and an organization may ask."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import httpx
import pytest
from figures import scraped
from given_platform import SESSIONS, problem_of
from in_process import Clock, FailingDatabase, Server
from listening import PATIENCE_SECONDS, Listening
from pydantic import BaseModel

from antonnia.conversations import Conversations
from antonnia.conversations.exceptions import RateLimitError
from antonnia.events import Events
from antonnia_server.db import StorageFailed, Transaction
from antonnia_server.events import service
from antonnia_server.events.service.log import MAX_FOLLOWED
from antonnia_server.http.caller import Caller
from antonnia_server.settings import RateLimits

ME = "/auth/v1/me"
BODY = {"contact_id": "c", "contact_name": "C"}
FIVE = RateLimits(per_token="5/minute")
SHARED = RateLimits(per_organization="5/minute")


class Thing(BaseModel):
    """What an event of these tests is about."""

    id: str = "thing_1"


def publish(tx: Transaction, caller: Caller, number: int) -> None:
    for _ in range(number):
        service.publish(tx, caller, "thing.happened", Thing())


async def statuses(http: httpx.AsyncClient, times: int) -> list[int]:
    return [(await http.get(ME)).status_code for _ in range(times)]


@pytest.mark.parametrize("rates", [FIVE])
async def test_the_last_request_within_the_limit_is_answered_and_the_next_refused(
    http: httpx.AsyncClient,
) -> None:
    answered = await statuses(http, 5)
    refused = await http.get(ME)

    assert answered == [200] * 5
    assert problem_of(refused) == (429, "rate_limited")
    seconds = refused.json()["retry_after"]
    assert refused.headers["retry-after"] == str(seconds)
    assert refused.json()["detail"] == (
        f"This is beyond the limit of the token, 5 requests per minute; try again in {seconds} "
        "seconds."
    )


@pytest.mark.parametrize("rates", [FIVE, SHARED, RateLimits("5/10 seconds", "5/minute")])
async def test_who_waits_as_long_as_asked_is_answered_and_not_a_second_sooner(
    http: httpx.AsyncClient, clock: Clock
) -> None:
    await statuses(http, 5)
    seconds = (await http.get(ME)).json()["retry_after"]

    await clock.advance(seconds - 1)
    [too_soon] = await statuses(http, 1)
    await clock.advance(1)
    [in_time] = await statuses(http, 1)

    assert (too_soon, in_time) == (429, 200)


@pytest.mark.parametrize("rates", [FIVE])
async def test_the_edge_of_a_window_does_not_let_twice_as_many_through(
    http: httpx.AsyncClient, clock: Clock
) -> None:
    # The clock starts five seconds after the minute.
    await clock.advance(54)
    before = await statuses(http, 5)
    await clock.advance(2)
    after = await statuses(http, 5)

    assert before == [200] * 5
    assert after == [200] + [429] * 4


@pytest.mark.parametrize("rates", [RateLimits(per_token="3/second; 5/minute")])
async def test_of_several_limits_each_holds(http: httpx.AsyncClient, clock: Clock) -> None:
    first = await statuses(http, 4)
    await clock.advance(2)
    second = await statuses(http, 3)

    assert first == [200, 200, 200, 429]
    assert second == [200, 200, 429]


@pytest.mark.parametrize("rates", [SHARED])
async def test_all_tokens_of_an_organization_share_its_limit(
    http: httpx.AsyncClient, server: Server
) -> None:
    async with (
        server.http(await server.create_token(server.ours)) as another,
        server.http(server.theirs.token) as stranger,
    ):
        ours = [*await statuses(http, 3), *await statuses(another, 3)]
        theirs = await statuses(stranger, 5)
        refused = await http.get(ME)

    assert ours == [200] * 5 + [429]
    assert theirs == [200] * 5
    assert refused.json()["detail"].startswith(
        "This is beyond the limit of the organization, 5 requests per minute; "
    )


@pytest.mark.parametrize("rates", [RateLimits("5/minute", "8/minute")])
async def test_what_a_token_is_refused_takes_nothing_from_its_organization(
    http: httpx.AsyncClient, server: Server
) -> None:
    async with server.http(await server.create_token(server.ours)) as another:
        mine = await statuses(http, 50)
        others = await statuses(another, 4)

    assert mine == [200] * 5 + [429] * 45
    assert others == [200] * 3 + [429]


@pytest.mark.parametrize("rates", [RateLimits("5/minute", "3/hour")])
async def test_what_an_organization_is_refused_takes_nothing_from_a_token(
    http: httpx.AsyncClient, clock: Clock
) -> None:
    await statuses(http, 50)
    waited = (await http.get(ME)).json()["retry_after"]

    await clock.advance(waited)

    assert await statuses(http, 1) == [200]


@pytest.mark.parametrize("rates", [FIVE])
async def test_another_token_of_the_organization_is_not_kept_by_a_limit_of_one(
    http: httpx.AsyncClient, server: Server
) -> None:
    await statuses(http, 6)

    async with server.http(await server.create_token(server.ours)) as another:
        assert await statuses(another, 5) == [200] * 5


@pytest.mark.parametrize("rates", [FIVE])
async def test_a_refusal_is_made_before_the_body_is_read_and_the_database_is_asked(
    http: httpx.AsyncClient, server: Server
) -> None:
    await statuses(http, 5)
    server.state.db = FailingDatabase(StorageFailed("asked"))

    async def endless() -> AsyncGenerator[bytes]:
        yield b"{"
        raise AssertionError("the body was read")

    refused = await http.post(SESSIONS, content=endless())

    assert problem_of(refused) == (429, "rate_limited")


@pytest.mark.parametrize("rates", [FIVE])
async def test_who_is_not_let_in_or_may_not_is_not_counted(
    http: httpx.AsyncClient, server: Server
) -> None:
    weak = await server.create_token(server.ours, permissions=["events:read"])
    async with server.http(weak) as may_little, server.http() as nobody:
        denied = [(await may_little.post(SESSIONS, json=BODY)).status_code for _ in range(9)]
        unknown = await statuses(nobody, 9)
        answered = await statuses(may_little, 6)

    assert denied == [403] * 9
    assert unknown == [401] * 9
    assert answered == [200] * 5 + [429]


@pytest.mark.parametrize("rates", [FIVE])
async def test_what_is_public_has_no_limit(http: httpx.AsyncClient) -> None:
    await statuses(http, 6)

    for path in ("/livez", "/readyz", "/metrics", "/openapi.json", "/docs"):
        assert (await http.get(path)).status_code == 200


@pytest.mark.parametrize("rates", [FIVE])
async def test_a_repetition_with_the_same_key_counts_too(http: httpx.AsyncClient) -> None:
    headers = {"idempotency-key": "once"}

    answers = [await http.post(SESSIONS, json=BODY, headers=headers) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [201] * 5 + [429]
    assert answers[4].headers["idempotent-replayed"] == "true"


@pytest.mark.parametrize("rates", [FIVE])
async def test_both_mounts_count_as_one(http: httpx.AsyncClient) -> None:
    old = [(await http.get("/auth/api/v1/me")).status_code for _ in range(3)]

    assert old + await statuses(http, 3) == [200] * 5 + [429]


@pytest.mark.parametrize("rates", [RateLimits("2/minute", "3/minute")])
async def test_refusals_are_counted_by_whose_limit_it_was(
    http: httpx.AsyncClient, server: Server
) -> None:
    async with server.http(await server.create_token(server.ours)) as another:
        await statuses(http, 4)
        await statuses(another, 2)

    figures = await scraped(server)

    assert figures.of("antonnia_rate_limited_total", whose="token") == 2
    assert figures.of("antonnia_rate_limited_total", whose="organization") == 1


async def test_without_limits_nothing_is_counted(http: httpx.AsyncClient, server: Server) -> None:
    assert await statuses(http, 50) == [200] * 50
    assert len(server.state.limiter.counts) == 0


@pytest.mark.parametrize("rates", [FIVE])
async def test_the_client_raises_how_long_to_wait(client: Conversations) -> None:
    for _ in range(5):
        await client.agents.search()

    with pytest.raises(RateLimitError, match="limit of the token") as refused:
        await client.agents.search()

    assert refused.value.code == "rate_limited"
    # From five seconds after the minute until the first of the five weighs less than one.
    assert refused.value.retry_after == 56


@pytest.mark.parametrize("rates", [FIVE])
async def test_the_client_waits_as_long_as_asked_and_is_answered(
    client: Conversations, clock: Clock
) -> None:
    client._transport.max_retries = 1
    waits: list[float] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)
        await clock.advance(seconds)

    client._transport.sender.sleep = wait  # type: ignore[method-assign]
    for _ in range(6):
        await client.agents.search()

    assert waits == [56]


@pytest.mark.parametrize("rates", [RateLimits("3/minute")])
async def test_a_stream_counts_when_it_opens_and_not_while_it_lasts(
    server: Server,
    http: httpx.AsyncClient,
    listening: Listening,
    clock: Clock,
) -> None:
    # Whose it is, is looked at before each page.
    await server.db.write(publish, server.caller, 3 * MAX_FOLLOWED)
    await clock.settle()
    async with (
        asyncio.timeout(PATIENCE_SECONDS),
        Events(server.ours.token, listening.url, max_retries=0) as events,
        events.stream(after=0) as stream,
    ):
        while (await anext(stream)).position < 3 * MAX_FOLLOWED:
            pass

    assert await statuses(http, 3) == [200, 200, 429]
