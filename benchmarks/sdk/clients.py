"""How each client is made and asked for its small object, in the idiom of its own documentation.

Only one of the libraries is installed where a function runs, so each imports its own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

AsyncCall = Callable[[], Awaitable[Any]]
SyncCall = Callable[[], Any]

TOKEN = "sk_test_0123456789abcdef"
SESSION_ID = "sess_01k9x2v7c8q4m0r6t1y3z5b7d9"
SESSION_PATH = f"/conversations/v2/sessions/{SESSION_ID}"

# Those that openai, anthropic and both of our clients have by themselves.
CONNECTIONS = {"max_connections": 1000, "max_keepalive_connections": 100}


def httpx_async(base_url: str) -> AsyncCall:
    import httpx

    headers = {"Authorization": f"Bearer {TOKEN}", "Accept": "application/json"}
    limits = httpx.Limits(**CONNECTIONS)
    client = httpx.AsyncClient(headers=headers, limits=limits, timeout=60)
    url = base_url + SESSION_PATH

    async def call() -> bytes:
        return (await client.get(url)).content

    return call


def httpx_sync(base_url: str) -> SyncCall:
    import httpx

    headers = {"Authorization": f"Bearer {TOKEN}", "Accept": "application/json"}
    limits = httpx.Limits(**CONNECTIONS)
    client = httpx.Client(headers=headers, limits=limits, timeout=60)
    url = base_url + SESSION_PATH

    def call() -> bytes:
        return client.get(url).content

    return call


def ours_async(base_url: str) -> AsyncCall:
    from antonnia.conversations import Conversations

    client = Conversations(token=TOKEN, base_url=base_url)
    return lambda: client.sessions.get(SESSION_ID)


def ours_sync(base_url: str) -> SyncCall:
    from antonnia.conversations import SyncConversations

    client = SyncConversations(token=TOKEN, base_url=base_url)
    return lambda: client.sessions.get(SESSION_ID)


def published_async(base_url: str) -> AsyncCall:
    from antonnia.conversations import Conversations

    client = Conversations(token=TOKEN, base_url=f"{base_url}/conversations/v2")
    return lambda: client.sessions.get(SESSION_ID)


def openai_async(base_url: str) -> AsyncCall:
    import openai

    client = openai.AsyncOpenAI(api_key=TOKEN, base_url=f"{base_url}/openai")
    return lambda: client.models.retrieve("model-1")


def openai_aiohttp(base_url: str) -> AsyncCall:
    import openai

    client = openai.AsyncOpenAI(
        api_key=TOKEN, base_url=f"{base_url}/openai", http_client=openai.DefaultAioHttpClient()
    )
    return lambda: client.models.retrieve("model-1")


def openai_sync(base_url: str) -> SyncCall:
    import openai

    client = openai.OpenAI(api_key=TOKEN, base_url=f"{base_url}/openai")
    return lambda: client.models.retrieve("model-1")


def anthropic_async(base_url: str) -> AsyncCall:
    import anthropic

    client = anthropic.AsyncAnthropic(api_key=TOKEN, base_url=f"{base_url}/anthropic")
    return lambda: client.models.retrieve("model-1")


def anthropic_sync(base_url: str) -> SyncCall:
    import anthropic

    client = anthropic.Anthropic(api_key=TOKEN, base_url=f"{base_url}/anthropic")
    return lambda: client.models.retrieve("model-1")


def stripe_async(base_url: str) -> AsyncCall:
    import stripe

    client = stripe.StripeClient(
        TOKEN, base_addresses={"api": base_url}, http_client=stripe.HTTPXClient()
    )
    return lambda: client.v1.customers.retrieve_async("cus_1")


def stripe_aiohttp(base_url: str) -> AsyncCall:
    import stripe

    client = stripe.StripeClient(
        TOKEN, base_addresses={"api": base_url}, http_client=stripe.AIOHTTPClient()
    )
    return lambda: client.v1.customers.retrieve_async("cus_1")


def stripe_sync(base_url: str) -> SyncCall:
    import stripe

    client = stripe.StripeClient(TOKEN, base_addresses={"api": base_url})
    return lambda: client.v1.customers.retrieve("cus_1")
