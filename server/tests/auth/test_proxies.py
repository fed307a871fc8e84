"""Where a request comes from, when it comes through a proxy."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from in_process import START, Place, Server, Template, serving

from antonnia_server.clock import HandClock, from_datetime

CONTACT = {"contact_id": "c", "contact_name": "C"}


@pytest.fixture
def trusted_proxies() -> tuple[str, ...]:
    return ()


@pytest.fixture
async def server(
    template: Template, database: Place, trusted_proxies: tuple[str, ...]
) -> AsyncIterator[Server]:
    hand = HandClock(from_datetime(START))
    async with serving(database, template, hand, trusted_proxies=trusted_proxies) as server:
        yield server


async def recorded_address(http: httpx.AsyncClient, *forwarded: str) -> str:
    """What the audit log says of a request from 127.0.0.1 with these headers."""
    headers = [("x-forwarded-for", each) for each in forwarded]
    answer = await http.post("/conversations/v2/sessions", json=CONTACT, headers=headers)
    assert answer.status_code == 201, answer.text
    [entry] = (await http.post("/auth/v1/audit/search")).json()
    address: str = entry["address"]
    return address


async def test_nobody_says_of_themselves_where_they_are(http: httpx.AsyncClient) -> None:
    assert await recorded_address(http, "203.0.113.9") == "127.0.0.1"


@pytest.mark.parametrize("trusted_proxies", [("10.0.0.0/8",)])
async def test_the_word_of_another_proxy_is_not_taken(http: httpx.AsyncClient) -> None:
    assert await recorded_address(http, "203.0.113.9") == "127.0.0.1"


@pytest.mark.parametrize("trusted_proxies", [("127.0.0.0/8", "10.0.0.0/8")])
@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        (["203.0.113.9"], "203.0.113.9"),
        # What stands before was said by whoever asks.
        (["198.51.100.1, 203.0.113.9, 10.1.1.1"], "203.0.113.9"),
        (["198.51.100.1", "203.0.113.9"], "203.0.113.9"),
        ([], "127.0.0.1"),
        # What is no address was made up.
        (["<script>"], "127.0.0.1"),
        (["9" * 5_000], "127.0.0.1"),
    ],
)
async def test_a_trusted_proxy_says_where_a_request_comes_from(
    http: httpx.AsyncClient, forwarded: list[str], address: str
) -> None:
    assert await recorded_address(http, *forwarded) == address
