"""A server on a socket for each test; `@pytest.mark.parametrize("limits", …)` sets its limits.

`rates` are how often it may be asked.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from in_process import START, Place, Server, Template, serving
from listening import Listening
from listening import listening as listening_on

from antonnia_server.clock import HandClock, from_datetime
from antonnia_server.settings import Limits, RateLimits


@pytest.fixture
def limits() -> Limits:
    return Limits()


@pytest.fixture
def rates() -> RateLimits:
    return RateLimits()


@pytest.fixture
async def server(
    template: Template, database: Place, limits: Limits, rates: RateLimits
) -> AsyncIterator[Server]:
    hand = HandClock(from_datetime(START))
    async with serving(database, template, hand, limits, rates=rates) as server:
        yield server


@pytest.fixture
async def listening(server: Server, limits: Limits) -> AsyncIterator[Listening]:
    async with listening_on(server, limits) as listening:
        yield listening
