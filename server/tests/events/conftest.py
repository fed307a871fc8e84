"""A receiver, and a webhook that sends to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from given_webhooks import Webhooks
from receiving import Receiver, receiving


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


@pytest.fixture
def webhooks(http: httpx.AsyncClient) -> Webhooks:
    return Webhooks(http)
