import httpx
from scripted_network import ScriptedNetwork, given_transport
from things import Thing, ThingSearch

from antonnia.core import Page


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
