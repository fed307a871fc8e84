"""A client is its prefix and its resources; all else it has from `ServiceClient`."""

from __future__ import annotations

import inspect
from typing import Any, List, Tuple

import httpx
import pytest
from scripted_network import ScriptedNetwork
from things import Thing

from antonnia.core import ServiceClient, SyncServiceClient, SyncTransport, Transport
from antonnia.core.errors import AntonniaError


def found() -> httpx.Response:
    return httpx.Response(200, json={"id": "thing_1"})


class Things(ServiceClient):
    _prefix = "/things/v1"

    def _carry_with(self, transport: Transport) -> None:
        super()._carry_with(transport)
        self.things = transport


class SyncThings(SyncServiceClient):
    _prefix = "/things/v1"

    def _carry_with(self, transport: SyncTransport) -> None:
        super()._carry_with(transport)
        self.things = transport


def given_things(network: ScriptedNetwork, **options: Any) -> Things:
    http_client = httpx.AsyncClient(transport=network)
    return Things("t", "https://api.test", None, http_client, **options)


def test_the_founding_positions_and_names() -> None:
    parameters = list(inspect.signature(Things).parameters)

    assert parameters == ["token", "base_url", "timeout", "http_client", "max_retries"]


def test_the_representation_of_a_client_shows_no_token() -> None:
    client = Things("secret", "https://api.test")

    assert repr(client) == "Things(base_url='https://api.test/things/v1')"


def test_no_token_is_said_when_the_client_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTONNIA_TOKEN", raising=False)

    with pytest.raises(AntonniaError, match="ANTONNIA_TOKEN"):
        Things()


async def test_a_client_is_a_context_that_leaves_a_given_http_client_open() -> None:
    http_client = httpx.AsyncClient(transport=ScriptedNetwork(found()))

    async with Things("t", "https://api.test", None, http_client) as client:
        await client.things.get("/thing_1", Thing)

    assert not http_client.is_closed
    with pytest.raises(AntonniaError) as refused:
        await client.things.get("/thing_1", Thing)
    assert refused.value.code == "client_closed"
    await http_client.aclose()


def test_the_twin_is_a_context_too() -> None:
    http_client = httpx.Client(transport=ScriptedNetwork(found()))

    with SyncThings("t", "https://api.test", None, http_client) as client:
        client.things.get("/thing_1", Thing)

    with pytest.raises(AntonniaError) as refused:
        client.things.get("/thing_1", Thing)
    assert refused.value.code == "client_closed"
    http_client.close()


async def test_a_copy_gives_its_options_to_its_resources_and_leaves_the_first_as_it_was() -> None:
    network = ScriptedNetwork(found(), found())
    client = given_things(network)
    copied = client.with_options(headers={"X-Team": "shop"})

    await copied.things.get("/thing_1", Thing)
    await client.things.get("/thing_1", Thing)

    assert type(copied) is Things
    assert [request.headers.get("x-team") for request in network.requests] == ["shop", None]


def test_closing_a_copy_does_not_close_the_client() -> None:
    http_client = httpx.Client(transport=ScriptedNetwork(found()))
    client = SyncThings("t", "https://api.test", None, http_client)

    with client.with_options(timeout=5):
        pass

    assert client.things.get("/thing_1", Thing).id == "thing_1"
    http_client.close()


def public_methods(client: Any) -> List[Tuple[str, List[str]]]:
    return [
        (name, [str(parameter) for parameter in inspect.signature(method).parameters.values()])
        for name, method in inspect.getmembers(client, inspect.ismethod)
        if not name.startswith("_")
    ]


def test_the_twins_have_the_same_methods_with_the_same_parameters() -> None:
    assert public_methods(SyncThings("t")) == public_methods(Things("t"))
