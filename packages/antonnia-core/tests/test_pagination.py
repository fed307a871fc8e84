from functools import partial

import httpx
import pytest
from scripted_network import ScriptedNetwork, given_transport, problem
from things import Thing, ThingSearch

from antonnia.core import Items, Page, ServerError, SyncItems, SyncPage


def page_of(*ids: str, cursor: str = "") -> httpx.Response:
    headers = {"X-Request-Id": "req_1", **({"X-Next-Cursor": cursor} if cursor else {})}
    return httpx.Response(200, json=[{"id": id} for id in ids], headers=headers)


async def test_a_page_is_a_list_that_knows_the_way_on() -> None:
    network = ScriptedNetwork(page_of("a", "b", cursor="c1"))

    page = await given_transport(network).search("/things/search", Thing, ThingSearch())

    assert page == [Thing(id="a"), Thing(id="b")]
    assert isinstance(page, list)
    assert page.has_more
    assert page.next_cursor == "c1"
    assert page.request_id == "req_1"


async def test_the_last_page_has_no_next() -> None:
    network = ScriptedNetwork(page_of("a"))

    page = await given_transport(network).search("/things/search", Thing, ThingSearch())

    assert not page.has_more
    assert page.next_cursor is None
    assert await page.next_page() is None


async def test_all_pages_are_gone_through_with_the_same_filters() -> None:
    network = ScriptedNetwork(page_of("a", cursor="c1"), page_of("b", cursor="c2"), page_of("c"))
    body = ThingSearch(name="x", offset=5, limit=1)
    page = await given_transport(network).search("/things/search", Thing, body)

    found = [thing.id async for thing in page.iterate_all()]

    assert found == ["a", "b", "c"]
    assert network.bodies == [
        {"name": "x", "offset": 5, "limit": 1},
        {"name": "x", "limit": 1, "cursor": "c1"},
        {"name": "x", "limit": 1, "cursor": "c2"},
    ]


async def test_a_page_made_by_hand_is_the_last() -> None:
    page = Page([1, 2])

    assert [item async for item in page.iterate_all()] == [1, 2]
    assert not page.has_more


async def test_a_search_is_gone_through_from_its_beginning() -> None:
    network = ScriptedNetwork(page_of("a", cursor="c1"), page_of(cursor="c2"), page_of("b"))
    transport = given_transport(network)
    search = partial(transport.search, "/things/search", Thing, ThingSearch(name="x"))

    things = Items.of_search(search)
    asked_before = len(network.requests)
    found = [thing.id async for thing in things]

    assert asked_before == 0
    assert found == ["a", "b"]
    assert network.bodies == [
        {"name": "x"},
        {"name": "x", "cursor": "c1"},
        {"name": "x", "cursor": "c2"},
    ]


async def test_what_is_left_early_fetches_nothing_more() -> None:
    network = ScriptedNetwork(page_of("a", "b", cursor="c1"), page_of("c"))
    transport = given_transport(network)

    async for thing in Items.of_search(
        partial(transport.search, "/things/search", Thing, ThingSearch())
    ):
        if thing.id == "b":
            break

    assert len(network.requests) == 1


async def test_after_an_error_it_goes_on_where_it_stood() -> None:
    network = ScriptedNetwork(
        page_of("a", cursor="c1"), problem(500, "internal_error"), page_of("b")
    )
    transport = given_transport(network)
    things = Items.of_search(partial(transport.search, "/things/search", Thing, ThingSearch()))
    assert (await things.__anext__()).id == "a"
    with pytest.raises(ServerError):
        await things.__anext__()

    rest = [thing.id async for thing in things]

    assert rest == ["b"]
    assert network.bodies[-1] == {"cursor": "c1"}


async def test_what_has_ended_stays_ended() -> None:
    things = Page([1]).iterate_all()

    assert [item async for item in things] == [1]
    assert [item async for item in things] == []


def test_the_sync_twin_ends_too() -> None:
    assert list(SyncItems(SyncPage([1, 2]))) == [1, 2]
