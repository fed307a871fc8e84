"""The outside world of the client tests: a network that answers from a script."""

from __future__ import annotations

import json
from typing import Any, List, Union

import httpx

from antonnia.core import Transport


class ScriptedNetwork(httpx.AsyncBaseTransport, httpx.BaseTransport):
    """Gives the scripted answers in turn and remembers what was asked.

    An exception in the script is a failure of the network. Waiting takes no time and is remembered
    too.
    """

    def __init__(self, *script: Union[httpx.Response, Exception]) -> None:
        self.script = list(script)
        self.requests: List[httpx.Request] = []
        self.sleeps: List[float] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        step = self.script.pop(0)
        if isinstance(step, Exception):
            raise step
        return step

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self.handle_request(request)

    async def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)

    def sleep_sync(self, seconds: float) -> None:
        self.sleeps.append(seconds)

    @property
    def bodies(self) -> List[Any]:
        return [json.loads(request.content) for request in self.requests]

    def sent(self, header: str) -> List[Any]:
        """The values of a header in every request."""
        return [request.headers.get(header) for request in self.requests]


def given_transport(network: ScriptedNetwork, **settings: Any) -> Transport:
    """A transport to `/things/v1` on that network."""
    transport = Transport(
        "/things/v1",
        token="tok_secret",
        base_url="https://api.test",
        http_client=httpx.AsyncClient(transport=network),
        **settings,
    )
    transport.sender.sleep = network.sleep
    return transport


def problem(status: int, code: str, **more: Any) -> httpx.Response:
    """An error as the contract words it."""
    return httpx.Response(
        status,
        json={"status": status, "code": code, "detail": "It did not work.", **more},
        headers={"Content-Type": "application/problem+json", "X-Request-Id": "req_1"},
    )
