"""A token that was ended lets nobody in, on whichever server, while all are asked with it."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from fleet import running_fleet
from processes.ending_tokens import AUTH, WAYS, Json, Use, Way, given_token
from scale import REVOCATION_ROUNDS
from server_process import ServerProcess

SERVERS = 3
# Between one process that ends a token and another one that is asked with it.
PROMISED_SECONDS = 1.0
# What a stream is given beside that, and how long it is asked after the promise has to hold.
PATIENCE_SECONDS = 0.5
RACES = 10 * REVOCATION_ROUNDS


class Place(NamedTuple):
    """Servers on one database, and a client of each with a token that stays."""

    servers: list[httpx.AsyncClient]
    # After which a request has to be refused.
    seconds: float

    @property
    def http(self) -> httpx.AsyncClient:
        return self.servers[0]


@pytest.fixture(params=["sqlite", "postgresql"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    async with AsyncExitStack() as stack:
        if request.param == "sqlite":
            server = ServerProcess(tmp_path / "data")
            stack.push_async_callback(server.close)
            await server.start()
            yield Place([await stack.enter_async_context(client_of(server))], 0.0)
            await server.stop()
            return
        url: str = request.getfixturevalue("url")
        fleet = await stack.enter_async_context(running_fleet(url, tmp_path, servers=SERVERS))
        servers = [await stack.enter_async_context(client_of(each)) for each in fleet.servers]
        yield Place(servers, PROMISED_SECONDS)


@asynccontextmanager
async def client_of(server: ServerProcess) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"authorization": f"Bearer {server.token}"}
    async with httpx.AsyncClient(base_url=server.base_url, headers=headers, timeout=30) as http:
        yield http


async def test_a_token_that_has_ended_lets_nobody_in_anywhere(place: Place) -> None:
    late: dict[str, float] = {}
    for _ in range(REVOCATION_ROUNDS):
        for found in await asyncio.gather(*(end_in_use(place, way) for way in WAYS)):
            for name, seconds in found.items():
                late[name] = max(late.get(name, 0.0), seconds)
    print(f"\n{REVOCATION_ROUNDS} rounds on {len(place.servers)} servers, latest 2xx and stream:")
    for name, seconds in late.items():
        print(f"  {name}: {seconds * 1000:.0f} ms after the end")


async def end_in_use(place: Place, way: Way) -> dict[str, float]:
    """End a token in one way; how late the last request that was let in was sent."""
    token = await given_token(place.http, way)
    uses = [Use(str(each.base_url), token["secret"]) for each in place.servers]
    asking = [asyncio.create_task(use.ask()) for use in uses]
    following = [asyncio.create_task(use.follow()) for use in uses]
    for use in uses:
        await asyncio.gather(use.is_asking.wait(), use.is_following.wait())

    ended = await way.end(place.http, token)

    await asyncio.sleep(ended.at - time.monotonic() + PROMISED_SECONDS + PATIENCE_SECONDS)
    for task in [*asking, *following]:
        # What has failed says so; one that waits is given up.
        if task.done():
            task.result()
        task.cancel()
    await asyncio.gather(*asking, *following, return_exceptions=True)
    last = [max((a.sent_at for a in use.asks if a.status == 200), default=0.0) for use in uses]
    assert all(use.asks[0].status == 200 for use in uses), way.name
    assert max(last) - ended.at <= place.seconds, (way.name, max(last) - ended.at)
    for use in uses:
        refused = [ask for ask in use.asks if ask.status != 200]
        assert {(ask.status, ask.code) for ask in refused} == {(ended.status, ended.code)}
        assert all(ask.detail for ask in refused)
    if not ended.ends_streams:
        return {way.name: max(last) - ended.at}
    ends = [use.stream_ended_at for use in uses if use.stream_ended_at is not None]
    assert len(ends) == len(uses), (way.name, "a stream did not end")
    return {way.name: max(last) - ended.at, f"{way.name}, streams": max(ends) - ended.at}


async def test_rotations_and_revocations_at_once_come_one_after_the_other(place: Place) -> None:
    for overlap_seconds in (0, 600):
        await rotate_twice_at_once(place, overlap_seconds)
    await repeat_a_rotation_at_once(place)
    await rotate_and_revoke_at_once(place)


async def rotate_twice_at_once(place: Place, overlap_seconds: int) -> None:
    """One after the other: each gives a secret, and each ends what is older than its overlap."""
    body = {"overlap_seconds": overlap_seconds}
    for _ in range(RACES):
        token = await given_token(place.http)

        answers = await at_once(place, [("POST", f"/{token['id']}/rotate", body)] * 2)

        assert [answer.status_code for answer in answers] == [200, 200]
        new = [answer.json()["secret"] for answer in answers]
        assert len({token["secret"], *new}) == 3
        works = [secret for secret in new if await is_let_in(place, secret)]
        assert len(works) == (1 if overlap_seconds == 0 else 2)
        assert not await is_let_in(place, token["secret"])
        shown = (await place.http.get(f"{AUTH}/tokens/{token['id']}")).json()
        assert shown["prefix"] in [secret[: len(shown["prefix"])] for secret in works]


async def repeat_a_rotation_at_once(place: Place) -> None:
    """One of the two gives the secret."""
    for number in range(RACES):
        token = await given_token(place.http)
        key = {"idempotency-key": f"rotate-{number}"}

        answers = await at_once(place, [("POST", f"/{token['id']}/rotate", {})] * 2, key)

        given = [answer.json()["secret"] for answer in answers if answer.status_code == 200]
        assert {answer.status_code for answer in answers} <= {200, 409}
        [secret] = [each for each in given if each]
        assert await is_let_in(place, secret)
        assert not await is_let_in(place, token["secret"])


async def rotate_and_revoke_at_once(place: Place) -> None:
    """Whichever comes first, no secret works afterwards."""
    for number in range(RACES):
        token = await given_token(place.http)
        orders = [
            ("POST", f"/{token['id']}/rotate", {"overlap_seconds": 600}),
            ("DELETE", f"/{token['id']}", None),
        ]

        answers = await at_once(place, orders[:: 1 if number % 2 else -1])

        by_method = {answer.request.method: answer for answer in answers}
        assert by_method["DELETE"].status_code == 204
        rotated = by_method["POST"]
        secrets = [token["secret"]]
        if rotated.is_success:
            secrets.append(rotated.json()["secret"])
        else:
            assert (rotated.status_code, rotated.json()["code"]) == (422, "token_not_active")
        assert not [secret for secret in secrets if await is_let_in(place, secret)]


async def at_once(
    place: Place, orders: list[tuple[str, str, Json | None]], headers: dict[str, str] | None = None
) -> list[httpx.Response]:
    """Send each order to a server of its own, as far as there are so many."""
    servers = itertools.cycle(place.servers)
    return list(
        await asyncio.gather(
            *(
                next(servers).request(method, f"{AUTH}/tokens{path}", json=body, headers=headers)
                for method, path, body in orders
            )
        )
    )


async def is_let_in(place: Place, secret: str) -> bool:
    """Whether any server takes a secret that none of them has seen before."""
    headers = {"authorization": f"Bearer {secret}"}
    answers = [await each.get(f"{AUTH}/me", headers=headers) for each in place.servers]
    assert {answer.status_code for answer in answers} <= {200, 401}
    assert len({answer.status_code for answer in answers}) == 1
    return answers[0].is_success
