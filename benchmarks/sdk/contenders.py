"""Who is compared: each with its environment, how it is imported and how it is called."""

from __future__ import annotations

from typing import NamedTuple


class Contender(NamedTuple):
    """A client, and the names of its functions in `clients`; without one it is not measured."""

    name: str
    environment: str
    imported: str
    made: str
    asynchronous: str | None
    synchronous: str | None


OURS = Contender(
    name="ours",
    environment="client",
    imported="from antonnia.conversations import Conversations as Client",
    made="Client(token='t')",
    asynchronous="ours_async",
    synchronous="ours_sync",
)
OURS_SYNC = OURS._replace(
    imported="from antonnia.conversations import SyncConversations as Client", asynchronous=None
)
FLOOR = Contender(
    name="httpx",
    environment="client",
    imported="import httpx",
    made="httpx.AsyncClient()",
    asynchronous="httpx_async",
    synchronous="httpx_sync",
)
PUBLISHED = Contender(
    name="2.0.42",
    environment="published",
    imported="from antonnia.conversations import Conversations",
    made="Conversations(token='t')",
    asynchronous="published_async",
    synchronous=None,
)
OPENAI = Contender(
    name="openai",
    environment="openai",
    imported="import openai",
    made="openai.AsyncOpenAI(api_key='t')",
    asynchronous="openai_async",
    synchronous="openai_sync",
)
ANTHROPIC = Contender(
    name="anthropic",
    environment="anthropic",
    imported="import anthropic",
    made="anthropic.AsyncAnthropic(api_key='t')",
    asynchronous="anthropic_async",
    synchronous="anthropic_sync",
)
STRIPE = Contender(
    name="stripe",
    environment="stripe",
    imported="import stripe",
    made="stripe.StripeClient('t', http_client=stripe.HTTPXClient())",
    asynchronous="stripe_async",
    synchronous="stripe_sync",
)
OPENAI_AIOHTTP = OPENAI._replace(
    name="openai+aiohttp", asynchronous="openai_aiohttp", synchronous=None
)
STRIPE_AIOHTTP = STRIPE._replace(
    name="stripe+aiohttp", asynchronous="stripe_aiohttp", synchronous=None
)
# What is got by installing httpx alone, without what `antonnia-core` asks for beside it.
BARE_HTTPX = FLOOR._replace(name="httpx alone", environment="published", synchronous=None)

OTHERS = (PUBLISHED, OPENAI, ANTHROPIC, STRIPE)
CALLERS = (
    *(FLOOR, OURS, PUBLISHED, OPENAI, ANTHROPIC, STRIPE),
    *(OPENAI_AIOHTTP, STRIPE_AIOHTTP, BARE_HTTPX),
)
