import math
from typing import Any

import httpx
import pytest
from scripted_network import ScriptedNetwork, given_transport, problem
from things import Thing

from antonnia.core import AntonniaError, ServerError, SyncTransport, Transport


def found() -> httpx.Response:
    return httpx.Response(200, json={"id": "thing_1"})


async def test_a_copy_has_its_own_timeout() -> None:
    network = ScriptedNetwork(found(), found())
    transport = given_transport(network)

    await transport.with_options(timeout=7).get("/things/1", Thing)
    await transport.get("/things/1", Thing)

    copied, original = (request.extensions["timeout"]["read"] for request in network.requests)
    assert copied == 7.0
    assert original == 5.0, "the http_client's own"


async def test_a_copy_has_its_own_retries() -> None:
    network = ScriptedNetwork(problem(503, "overloaded"), problem(503, "overloaded"), found())
    transport = given_transport(network)

    with pytest.raises(ServerError):
        await transport.with_options(max_retries=0).get("/things/1", Thing)
    await transport.get("/things/1", Thing)

    assert len(network.requests) == 3


async def test_headers_add_up_from_copy_to_copy_and_leave_the_original_alone() -> None:
    network = ScriptedNetwork(found(), found())
    transport = given_transport(network)
    first = transport.with_options(headers={"X-Team": "blue", "X-Trace": "1"})
    second = first.with_options(headers={"x-trace": "2"}, timeout=9)

    await second.get("/things/1", Thing)
    await transport.get("/things/1", Thing)

    assert network.sent("x-team") == ["blue", None]
    assert network.sent("x-trace") == ["2", None]
    assert network.sent("authorization") == ["Bearer tok_secret"] * 2


async def test_the_user_agent_can_be_replaced() -> None:
    network = ScriptedNetwork(found())

    copied = given_transport(network).with_options(headers={"user-agent": "shop/1"})
    await copied.get("/things/1", Thing)

    assert network.requests[0].headers.get_list("user-agent") == ["shop/1"]


async def test_what_is_left_out_stays() -> None:
    network = ScriptedNetwork(found())
    transport = given_transport(network, timeout=3, max_retries=7)

    copied = transport.with_options(headers={"X-A": "1"}).with_options()
    await copied.get("/things/1", Thing)

    assert copied.max_retries == 7
    assert network.requests[0].extensions["timeout"]["read"] == 3.0
    assert network.sent("x-a") == ["1"]


@pytest.mark.parametrize(
    "name",
    [
        "Authorization",
        "authorization",
        "Accept",
        "Content-Type",
        "Content-Length",
        "Transfer-Encoding",
        "Connection",
        "IDEMPOTENCY-KEY",
        "If-Session-Epoch",
    ],
)
def test_a_header_that_a_call_says_by_itself_is_refused(name: str) -> None:
    with pytest.raises(AntonniaError, match="the client's own"):
        given_transport(ScriptedNetwork()).with_options(headers={name: "x"})


@pytest.mark.parametrize("name", ["", "a b", "a:b", "a\r\n", "é", 7])
def test_a_header_without_a_proper_name_is_refused(name: Any) -> None:
    with pytest.raises(AntonniaError, match="name of a header"):
        given_transport(ScriptedNetwork()).with_options(headers={name: "x"})


@pytest.mark.parametrize("value", ["a\r\nX-B: 1", "a\n", "\r", "a\0", " a", "a ", "é", 7, None])
def test_a_value_that_no_header_can_carry_is_refused_without_repeating_it(value: Any) -> None:
    with pytest.raises(AntonniaError, match="the header X-Secret") as caught:
        given_transport(ScriptedNetwork()).with_options(headers={"X-Secret": value})

    assert repr(value) not in str(caught.value)


@pytest.mark.parametrize("value", ["", "a", "a b\tc", "~!"])
async def test_other_values_are_sent_as_they_are(value: str) -> None:
    network = ScriptedNetwork(found())

    copied = given_transport(network).with_options(headers={"X-A": value})
    await copied.get("/things/1", Thing)

    assert network.sent("x-a") == [value]


@pytest.mark.parametrize("timeout", [0, -1, math.nan, math.inf, 1e9, "5", True, httpx.Timeout(5)])
@pytest.mark.parametrize("transport_class", [Transport, SyncTransport])
def test_a_timeout_that_cannot_be_waited_for_is_refused(
    timeout: Any, transport_class: type
) -> None:
    with pytest.raises(AntonniaError, match="timeout must be seconds"):
        transport_class("/things/v1", token="t", timeout=timeout)
    with pytest.raises(AntonniaError, match="timeout must be seconds"):
        transport_class("/things/v1", token="t").with_options(timeout=timeout)


@pytest.mark.parametrize("max_retries", [-1, 1.0, "2", True, None])
@pytest.mark.parametrize("transport_class", [Transport, SyncTransport])
def test_retries_that_cannot_be_counted_are_refused(
    max_retries: Any, transport_class: type
) -> None:
    with pytest.raises(AntonniaError, match="max_retries must be"):
        transport_class("/things/v1", token="t", max_retries=max_retries)
    with pytest.raises(AntonniaError, match="max_retries must be"):
        transport_class("/things/v1", token="t").with_options(max_retries=max_retries)


def test_an_http_client_of_the_other_twin_is_refused() -> None:
    of_loops = httpx.AsyncClient(transport=ScriptedNetwork())
    of_threads = httpx.Client(transport=ScriptedNetwork())

    with pytest.raises(AntonniaError, match=r"must be an httpx\.Client here"):
        SyncTransport("/things/v1", token="t", http_client=of_loops)
    with pytest.raises(AntonniaError, match=r"must be an httpx\.AsyncClient here"):
        Transport("/things/v1", token="t", http_client=of_threads)


async def test_closing_a_copy_closes_nothing() -> None:
    network = ScriptedNetwork(found(), found())
    transport = given_transport(network)
    copied = transport.with_options(timeout=5)

    await copied.close()

    await copied.get("/things/1", Thing)
    await transport.get("/things/1", Thing)
    assert len(network.requests) == 2


async def test_a_copy_ends_with_its_original() -> None:
    transport = given_transport(ScriptedNetwork())
    copied = transport.with_options(timeout=5)

    await transport.close()

    with pytest.raises(AntonniaError, match="closed"):
        await copied.get("/things/1", Thing)
