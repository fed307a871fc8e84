from typing import Any

import httpx
import pytest
from scripted_network import ScriptedNetwork, given_transport, problem
from things import Thing, ThingCreate, ThingSearch, ThingUpdate

from antonnia.core import APIConnectionError, NotFoundError, Page, RawResponse


def found(status: int = 200) -> httpx.Response:
    content = b'{"id": "thing_1", "later": 1}'
    return httpx.Response(status, content=content, headers={"X-Request-Id": "req_1"})


async def given_raw(network: ScriptedNetwork, method: str, *arguments: Any) -> Any:
    raw = given_transport(network).raw()
    return await getattr(raw, method)(*arguments)


async def test_an_answer_is_told_as_it_came() -> None:
    raw = await given_raw(
        ScriptedNetwork(found(201)), "post", "/things", Thing, ThingCreate(name="a")
    )

    assert isinstance(raw, RawResponse)
    assert raw.status_code == 201
    assert raw.headers["X-REQUEST-ID"] == "req_1"
    assert raw.request_id == "req_1"
    assert raw.content == b'{"id": "thing_1", "later": 1}'
    assert repr(raw) == "RawResponse(201, 29 bytes)"


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("get", ("/things/1", Thing)),
        ("post", ("/things", Thing, ThingCreate(name="a"))),
        ("patch", ("/things/1", Thing, ThingUpdate())),
    ],
)
async def test_what_is_parsed_is_what_the_plain_call_gives(method: str, arguments: Any) -> None:
    raw = await given_raw(ScriptedNetwork(found()), method, *arguments)
    plain = await getattr(given_transport(ScriptedNetwork(found())), method)(*arguments)

    assert raw.parse() == plain
    assert raw.parse() is raw.parse()


async def test_a_deletion_has_an_answer_too() -> None:
    answer = httpx.Response(204, headers={"X-Request-Id": "req_1"})

    raw = await given_raw(ScriptedNetwork(answer), "delete", "/things/1")

    assert (raw.status_code, raw.request_id, raw.content) == (204, "req_1", b"")
    assert raw.parse() is None


async def test_the_pages_after_a_raw_one_are_plain() -> None:
    network = ScriptedNetwork(
        httpx.Response(200, json=[{"id": "a"}], headers={"X-Next-Cursor": "c"}),
        httpx.Response(200, json=[{"id": "b"}]),
    )

    raw = await given_raw(network, "search", "/things/search", Thing, ThingSearch())
    page = raw.parse()

    assert type(page) is Page
    assert [thing.id async for thing in page.iterate_all()] == ["a", "b"]


async def test_errors_are_raised_as_usual() -> None:
    network = ScriptedNetwork(problem(503, "overloaded"), problem(404, "thing_not_found"))

    with pytest.raises(NotFoundError):
        await given_raw(network, "get", "/things/1", Thing)

    assert len(network.sleeps) == 1


async def test_content_is_given_even_if_it_cannot_be_parsed() -> None:
    network = ScriptedNetwork(httpx.Response(200, html="<p>Sign in</p>"))

    raw = await given_raw(network, "get", "/things/1", Thing)

    assert raw.content == b"<p>Sign in</p>"
    with pytest.raises(APIConnectionError, match="unreadable answer"):
        raw.parse()


async def test_options_and_raw_answers_go_together() -> None:
    network = ScriptedNetwork(found())

    changed = given_transport(network).with_options(headers={"X-A": "1"}).raw()
    raw: Any = await changed.get("/things/1", Thing)

    assert raw.status_code == 200
    assert network.sent("x-a") == ["1"]
