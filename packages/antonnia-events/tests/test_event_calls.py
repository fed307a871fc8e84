"""What each call sends, and what it gives."""

from __future__ import annotations

import traceback
from datetime import datetime, timezone
from typing import Any, Awaitable, Callable, Dict, List, Tuple

import httpx
import pytest
from given_events import DELIVERY, MESSAGE, WEBHOOK, event, given_client
from scripted_network import ScriptedNetwork

from antonnia.events import Events, MessageCreated
from antonnia.events.exceptions import APIConnectionError, ValidationError

Call = Callable[[Events], Awaitable[Any]]
BASE = "/events/v1"
WITH_SECRET = {**WEBHOOK, "secret": "whsec_AAAA"}
SINCE = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
RECOVERY = {"webhook_id": "wh_1", "since": "2026-01-31T12:00:00Z", "queued": 7}

WRITES: List[Tuple[Call, str, Dict[str, Any], Dict[str, Any]]] = [
    (
        lambda c: c.webhooks.create("https://a.test", ["*"], description="d", headers={"X-A": "1"}),
        "/webhooks",
        {
            "url": "https://a.test",
            "events": ["*"],
            "description": "d",
            "headers": {"X-A": "1"},
        },
        WITH_SECRET,
    ),
    (
        lambda c: c.webhooks.create("https://a.test"),
        "/webhooks",
        {"url": "https://a.test"},
        WITH_SECRET,
    ),
    (lambda c: c.webhooks.rotate("wh_1"), "/webhooks/wh_1/rotate", {}, WITH_SECRET),
    (lambda c: c.webhooks.test("wh_1"), "/webhooks/wh_1/test", {}, DELIVERY),
    (
        lambda c: c.webhooks.recover("wh_1", SINCE),
        "/webhooks/wh_1/recover",
        {"since": "2026-01-31T12:00:00Z"},
        RECOVERY,
    ),
    (lambda c: c.deliveries.retry("dlv_1"), "/deliveries/dlv_1/retry", {}, DELIVERY),
]


@pytest.mark.parametrize(("call", "path", "body", "answer"), WRITES)
async def test_a_creation_or_action_is_a_post_with_a_key(
    call: Call, path: str, body: Dict[str, Any], answer: Dict[str, Any]
) -> None:
    network = ScriptedNetwork(httpx.Response(202, json=answer))

    made = await call(given_client(network))

    [request] = network.requests
    assert (request.method, request.url.path) == ("POST", BASE + path)
    assert network.bodies == [body]
    assert "idempotency-key" in request.headers
    assert made.model_dump(mode="json", exclude_unset=True) == answer


@pytest.mark.parametrize(
    ("call", "body"),
    [
        (lambda c: c.webhooks.update("wh_1", status="paused"), {"status": "paused"}),
        (lambda c: c.webhooks.update("wh_1", description=None), {"description": None}),
        (
            lambda c: c.webhooks.update("wh_1", url="https://b.test", events=["*"], headers={}),
            {"url": "https://b.test", "events": ["*"], "headers": {}},
        ),
    ],
)
async def test_a_change_sends_what_changes(call: Call, body: Dict[str, Any]) -> None:
    network = ScriptedNetwork(httpx.Response(200, json=WEBHOOK))

    changed = await call(given_client(network))

    [request] = network.requests
    assert (request.method, request.url.path) == ("PATCH", f"{BASE}/webhooks/wh_1")
    assert network.bodies == [body]
    assert changed.id == "wh_1"


@pytest.mark.parametrize(
    ("call", "path", "answer"),
    [
        (lambda c: c.webhooks.get("wh_1"), "/webhooks/wh_1", WEBHOOK),
        (lambda c: c.deliveries.get("dlv_1"), "/deliveries/dlv_1", DELIVERY),
        (lambda c: c.events.get("evt_1"), "/events/evt_1", event("message.created", MESSAGE)),
    ],
)
async def test_an_object_is_read_under_its_id(
    call: Call, path: str, answer: Dict[str, Any]
) -> None:
    network = ScriptedNetwork(httpx.Response(200, json=answer))

    read = await call(given_client(network))

    [request] = network.requests
    assert (request.method, request.url.path) == ("GET", BASE + path)
    assert read.id == answer["id"]


async def test_a_webhook_is_deleted_under_its_id() -> None:
    network = ScriptedNetwork(httpx.Response(204))

    await given_client(network).webhooks.delete("wh_1")

    [request] = network.requests
    assert (request.method, request.url.path) == ("DELETE", f"{BASE}/webhooks/wh_1")


SEARCHES: List[Tuple[Call, str, Dict[str, Any], Dict[str, Any]]] = [
    (
        lambda c: c.webhooks.search("paused", 5, 10),
        "/webhooks/search",
        {"status": "paused", "limit": 5, "offset": 10},
        WEBHOOK,
    ),
    (
        lambda c: c.deliveries.search("wh_1", "evt_1", "failed", limit=5, cursor="c"),
        "/deliveries/search",
        {"webhook_id": "wh_1", "event_id": "evt_1", "status": "failed", "limit": 5, "cursor": "c"},
        DELIVERY,
    ),
    (
        lambda c: c.events.search(["session.*"], SINCE, "sess_1", 5),
        "/events/search",
        {
            "types": ["session.*"],
            "since": "2026-01-31T12:00:00Z",
            "object_id": "sess_1",
            "limit": 5,
        },
        event("message.created", MESSAGE),
    ),
]


@pytest.mark.parametrize(("call", "path", "body", "answer"), SEARCHES)
async def test_a_search_gives_a_page(
    call: Call, path: str, body: Dict[str, Any], answer: Dict[str, Any]
) -> None:
    network = ScriptedNetwork(
        httpx.Response(200, json=[answer], headers={"X-Next-Cursor": "c1"}),
        httpx.Response(200, json=[answer]),
    )

    page = await call(given_client(network))
    following = await page.next_page()

    first, _ = network.requests
    assert (first.method, first.url.path) == ("POST", BASE + path)
    assert network.bodies[0] == body
    assert network.bodies[1]["cursor"] == "c1"
    assert [each.id for each in [*page, *following]] == [answer["id"]] * 2


async def test_the_log_is_gone_through_page_after_page_an_empty_one_too() -> None:
    pages = [[event("message.created", MESSAGE, 1)], [], [event("moon.landed", {}, 3)]]
    network = ScriptedNetwork(
        *(
            httpx.Response(200, json=page, headers={"X-Next-Cursor": "c"} if more else {})
            for page, more in zip(pages, [True, True, False])
        )
    )

    found = [each async for each in given_client(network).events.iter()]

    assert [each.position for each in found] == [1, 3]
    assert isinstance(found[0], MessageCreated)


@pytest.mark.parametrize(
    "call",
    [
        lambda c: c.webhooks.create("https://a.test", ["Message"]),
        lambda c: c.webhooks.create("https://a.test", []),
        lambda c: c.webhooks.create(""),
        lambda c: c.webhooks.create("https://a.test", headers={"a b": "c"}),
        lambda c: c.webhooks.create("https://a.test", headers={"a": "b\r\nc: d"}),
        lambda c: c.webhooks.update("wh_1", status="disabled"),
        lambda c: c.webhooks.recover("wh_1", datetime(2026, 1, 31)),  # noqa: DTZ001
        lambda c: c.events.search(limit=0),
        lambda c: c.deliveries.search(status="lost"),
    ],
)
async def test_what_the_server_would_refuse_is_not_sent(call: Call) -> None:
    network = ScriptedNetwork()

    with pytest.raises(ValidationError):
        await call(given_client(network))

    assert network.requests == []


async def test_the_secret_of_a_webhook_is_not_in_its_representation() -> None:
    network = ScriptedNetwork(httpx.Response(201, json=WITH_SECRET))

    made = await given_client(network).webhooks.create("https://a.test")

    assert made.secret == "whsec_AAAA"
    assert "whsec_AAAA" not in repr(made)


@pytest.mark.parametrize(
    "call",
    [lambda c: c.webhooks.create("https://a.test"), lambda c: c.webhooks.rotate("wh_1")],
    ids=["create", "rotate"],
)
@pytest.mark.parametrize("ending", ["}", ""], ids=["fields missing", "cut off"])
async def test_nothing_of_a_secret_is_in_the_traceback_of_an_unreadable_answer(
    call: Callable[[Events], Awaitable[Any]], ending: str
) -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="
    network = ScriptedNetwork(httpx.Response(201, content=f'{{"secret":"{secret}"{ending}'))

    with pytest.raises(APIConnectionError, match="unreadable answer") as caught:
        await call(given_client(network))

    shown = "".join(traceback.format_exception(None, caught.value, caught.value.__traceback__))
    assert "validation error" in shown
    parts = [secret[start : start + 8] for start in range(len("whsec_"), len(secret) - 7)]
    assert not [part for part in parts if part in shown]
