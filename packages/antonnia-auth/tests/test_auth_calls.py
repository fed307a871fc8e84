"""What each call sends, and what it gives."""

from __future__ import annotations

import traceback
from datetime import datetime, timezone
from typing import Any, Awaitable, Callable, Dict, List, Tuple

import httpx
import pytest
from given_auth import (
    AUDIT_ENTRY,
    ME,
    MEMBER,
    ORGANIZATION,
    PARTNER_TOKEN,
    PERMISSION,
    SECRET,
    TOKEN,
    TOKEN_WITH_SECRET,
    USER,
    given_client,
)
from scripted_network import ScriptedNetwork, problem

from antonnia.auth import Auth
from antonnia.auth.exceptions import (
    APIConnectionError,
    AuthenticationError,
    TokenExpiredError,
    ValidationError,
)

Call = Callable[[Auth], Awaitable[Any]]
BASE = "/auth/v1"
AT = datetime(2027, 1, 31, 12, tzinfo=timezone.utc)
EMAIL = "ana@acme.example"

WRITES: List[Tuple[Call, str, Dict[str, Any], Dict[str, Any]]] = [
    (lambda c: c.organizations.create("Acme"), "/organizations", {"name": "Acme"}, ORGANIZATION),
    (
        lambda c: c.users.create("Ana", EMAIL, "agent"),
        "/users",
        {"name": "Ana", "email": EMAIL, "role": "agent"},
        USER,
    ),
    (lambda c: c.users.create("Ana", EMAIL), "/users", {"name": "Ana", "email": EMAIL}, USER),
    (
        lambda c: c.members.create(EMAIL, "admin"),
        "/members",
        {"email": EMAIL, "role": "admin"},
        MEMBER,
    ),
    (
        lambda c: c.members.create(EMAIL, "admin", "Ana"),
        "/members",
        {"email": EMAIL, "role": "admin", "name": "Ana"},
        MEMBER,
    ),
    (
        lambda c: c.tokens.create("shop", ["*"], expires_at=AT, user_id="user_1"),
        "/tokens",
        {
            "name": "shop",
            "permissions": ["*"],
            "expires_at": "2027-01-31T12:00:00Z",
            "user_id": "user_1",
        },
        TOKEN_WITH_SECRET,
    ),
    (lambda c: c.tokens.rotate("tok_1"), "/tokens/tok_1/rotate", {}, TOKEN_WITH_SECRET),
    (
        lambda c: c.tokens.rotate("tok_1", 3600),
        "/tokens/tok_1/rotate",
        {"overlap_seconds": 3600},
        TOKEN_WITH_SECRET,
    ),
    (
        lambda c: c.partner.organizations.create("Acme"),
        "/partner/organizations",
        {"name": "Acme"},
        ORGANIZATION,
    ),
    (
        lambda c: c.partner.members.create("org_2", EMAIL, "owner"),
        "/partner/organizations/org_2/members",
        {"email": EMAIL, "role": "owner"},
        MEMBER,
    ),
    (
        lambda c: c.partner.tokens.create("org_2", "inbox", "app_1"),
        "/partner/organizations/org_2/tokens",
        {"key_name": "inbox", "app_id": "app_1"},
        PARTNER_TOKEN,
    ),
]


@pytest.mark.parametrize(("call", "path", "body", "answer"), WRITES)
async def test_a_creation_or_action_is_a_post_with_a_key(
    call: Call, path: str, body: Dict[str, Any], answer: Dict[str, Any]
) -> None:
    network = ScriptedNetwork(httpx.Response(201, json=answer))

    made = await call(given_client(network))

    [request] = network.requests
    assert (request.method, request.url.path) == ("POST", BASE + path)
    assert network.bodies == [body]
    assert "idempotency-key" in request.headers
    assert made.model_dump(mode="json", exclude_unset=True) == answer


@pytest.mark.parametrize(
    ("call", "path", "body", "answer"),
    [
        (
            lambda c: c.organizations.update("org_1", name="New"),
            "/organizations/org_1",
            {"name": "New"},
            ORGANIZATION,
        ),
        (lambda c: c.users.update("user_1", name="Eva"), "/users/user_1", {"name": "Eva"}, USER),
        (
            lambda c: c.members.update("memb_1", role="viewer"),
            "/members/memb_1",
            {"role": "viewer"},
            MEMBER,
        ),
        (lambda c: c.tokens.update("tok_1", name="New"), "/tokens/tok_1", {"name": "New"}, TOKEN),
    ],
)
async def test_a_change_sends_what_changes(
    call: Call, path: str, body: Dict[str, Any], answer: Dict[str, Any]
) -> None:
    network = ScriptedNetwork(httpx.Response(200, json=answer))

    changed = await call(given_client(network))

    [request] = network.requests
    assert (request.method, request.url.path) == ("PATCH", BASE + path)
    assert network.bodies == [body]
    assert changed.id == answer["id"]


@pytest.mark.parametrize(
    ("call", "path", "answer"),
    [
        (lambda c: c.organizations.get("org_1"), "/organizations/org_1", ORGANIZATION),
        (lambda c: c.users.get("user_1"), "/users/user_1", USER),
        (lambda c: c.members.get("memb_1"), "/members/memb_1", MEMBER),
        (lambda c: c.tokens.get("tok_1"), "/tokens/tok_1", TOKEN),
        (lambda c: c.me(), "/me", ME),
        (lambda c: c.tokens.get("../me"), "/tokens/..%2Fme", TOKEN),
    ],
)
async def test_an_object_is_read_under_its_id(
    call: Call, path: str, answer: Dict[str, Any]
) -> None:
    network = ScriptedNetwork(httpx.Response(200, json=answer))

    read = await call(given_client(network))

    [request] = network.requests
    assert (request.method, request.url.raw_path.decode()) == ("GET", BASE + path)
    assert read.model_dump(mode="json") == answer


async def test_what_a_partner_made_is_listed_page_after_page() -> None:
    network = ScriptedNetwork(
        httpx.Response(200, json=[ORGANIZATION], headers={"X-Next-Cursor": "a+b"}),
        httpx.Response(200, json=[ORGANIZATION]),
    )

    page = await given_client(network).partner.organizations.list()
    found = [each async for each in page.iterate_all()]

    assert len(found) == 2
    assert [request.method for request in network.requests] == ["GET", "GET"]
    assert [request.url.query for request in network.requests] == [b"", b"cursor=a%2Bb"]


@pytest.mark.parametrize(
    ("call", "path", "answer"),
    [
        (lambda c: c.permissions.list(), "/permissions", PERMISSION),
        (lambda c: c.partner.organizations.list(), "/partner/organizations", ORGANIZATION),
    ],
)
async def test_a_list_is_read_whole(call: Call, path: str, answer: Dict[str, Any]) -> None:
    network = ScriptedNetwork(httpx.Response(200, json=[answer, answer]))

    found = await call(given_client(network))

    [request] = network.requests
    assert (request.method, request.url.path) == ("GET", BASE + path)
    assert [each.model_dump(mode="json") for each in found] == [answer, answer]


@pytest.mark.parametrize(
    ("call", "path"),
    [
        (lambda c: c.organizations.delete("org_1"), "/organizations/org_1"),
        (lambda c: c.users.delete("user_1"), "/users/user_1"),
        (lambda c: c.members.delete("memb_1"), "/members/memb_1"),
        (lambda c: c.tokens.delete("tok_1"), "/tokens/tok_1"),
    ],
)
async def test_an_object_is_deleted_under_its_id(call: Call, path: str) -> None:
    network = ScriptedNetwork(httpx.Response(204))

    await call(given_client(network))

    [request] = network.requests
    assert (request.method, request.url.path) == ("DELETE", BASE + path)


SEARCHES: List[Tuple[Call, str, Dict[str, Any], Dict[str, Any]]] = [
    (
        lambda c: c.organizations.search("Acme", 5, 10),
        "/organizations/search",
        {"name": "Acme", "limit": 5, "offset": 10},
        ORGANIZATION,
    ),
    (
        lambda c: c.users.search(EMAIL, cursor="c"),
        "/users/search",
        {"email": EMAIL, "cursor": "c"},
        USER,
    ),
    (
        lambda c: c.members.search("user_1", EMAIL, "admin", 5),
        "/members/search",
        {"user_id": "user_1", "email": EMAIL, "role": "admin", "limit": 5},
        MEMBER,
    ),
    (
        lambda c: c.tokens.search("user_1", False, 5, 10),
        "/tokens/search",
        {"user_id": "user_1", "is_active": False, "limit": 5, "offset": 10},
        TOKEN,
    ),
    (
        lambda c: c.audit.search("create_token", "tok_1", "tok_0", "user_1", AT, AT, 5),
        "/audit/search",
        {
            "action": "create_token",
            "object_id": "tok_1",
            "token_id": "tok_0",
            "user_id": "user_1",
            "since": "2027-01-31T12:00:00Z",
            "until": "2027-01-31T12:00:00Z",
            "limit": 5,
        },
        AUDIT_ENTRY,
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
    assert "idempotency-key" not in first.headers
    assert network.bodies[0] == body
    assert network.bodies[1]["cursor"] == "c1"
    assert [each.id for each in [*page, *following]] == [answer["id"]] * 2


@pytest.mark.parametrize(
    ("iterate", "answer", "body"),
    [
        (lambda c: c.organizations.iter("Acme"), ORGANIZATION, {"name": "Acme"}),
        (lambda c: c.users.iter(EMAIL), USER, {"email": EMAIL}),
        (lambda c: c.members.iter(role="owner"), MEMBER, {"role": "owner"}),
        (lambda c: c.tokens.iter(is_active=True), TOKEN, {"is_active": True}),
        (lambda c: c.audit.iter(object_id="tok_1"), AUDIT_ENTRY, {"object_id": "tok_1"}),
    ],
)
async def test_everything_is_gone_through_page_after_page(
    iterate: Callable[[Auth], Any], answer: Dict[str, Any], body: Dict[str, Any]
) -> None:
    network = ScriptedNetwork(
        httpx.Response(200, json=[answer], headers={"X-Next-Cursor": "c1"}),
        httpx.Response(200, json=[answer]),
    )

    found = [each async for each in iterate(given_client(network))]

    assert len(found) == 2
    assert network.bodies == [body, {**body, "cursor": "c1"}]


@pytest.mark.parametrize(
    "call",
    [
        lambda c: c.organizations.create(""),
        lambda c: c.users.create("Ana", "ana"),
        lambda c: c.users.create("Ana", EMAIL, "king"),
        lambda c: c.members.create(EMAIL, "king"),
        lambda c: c.tokens.create("shop", []),
        lambda c: c.tokens.create("shop", ["everything"]),
        lambda c: c.tokens.create("shop", ["*"], expires_at=datetime(2027, 1, 1)),  # noqa: DTZ001
        lambda c: c.tokens.rotate("tok_1", 604_801),
        lambda c: c.tokens.get(""),
        lambda c: c.audit.search(limit=0),
        lambda c: c.partner.tokens.create("org_2", " "),
    ],
)
async def test_what_the_server_would_refuse_is_not_sent(call: Call) -> None:
    network = ScriptedNetwork()

    with pytest.raises(ValidationError):
        await call(given_client(network))

    assert network.requests == []


async def test_a_token_that_has_expired_is_told_apart_and_not_tried_again() -> None:
    network = ScriptedNetwork(problem(401, "token_expired"))

    with pytest.raises(TokenExpiredError) as caught:
        await given_client(network).me()

    assert isinstance(caught.value, AuthenticationError)
    assert len(network.requests) == 1


async def test_a_repeated_answer_may_have_its_secret_blanked() -> None:
    network = ScriptedNetwork(httpx.Response(201, json={**TOKEN_WITH_SECRET, "secret": ""}))

    made = await given_client(network).tokens.create("shop", ["*"], idempotency_key="once")

    assert (made.id, made.secret) == ("tok_1", "")


async def test_a_secret_is_not_in_what_is_shown_of_an_answer() -> None:
    network = ScriptedNetwork(httpx.Response(201, json=TOKEN_WITH_SECRET))

    answer = await given_client(network).tokens.with_raw_response.create("shop", ["*"])

    assert answer.parse().secret == SECRET
    assert SECRET not in repr(answer) + repr(answer.parse()) + str([answer.parse()])


BROKEN_ANSWERS = [
    httpx.Response(201, json={"secret": SECRET}),
    httpx.Response(201, json={"id": [], "secret": SECRET}),
    httpx.Response(201, json=[SECRET]),
    httpx.Response(201, json=SECRET),
    httpx.Response(201, content=f'{{"secret": "{SECRET}"'),
]


@pytest.mark.parametrize("broken", BROKEN_ANSWERS, ids=lambda broken: broken.text[:8])
@pytest.mark.parametrize(
    "call",
    [
        lambda c: c.tokens.create("shop", ["*"]),
        lambda c: c.tokens.rotate("tok_1"),
        lambda c: c.partner.tokens.create("org_2", "inbox"),
    ],
    ids=["create", "rotate", "partner"],
)
async def test_nothing_of_a_secret_is_in_the_traceback_of_an_unreadable_answer(
    call: Callable[[Auth], Awaitable[Any]], broken: httpx.Response
) -> None:
    network = ScriptedNetwork(broken)

    with pytest.raises(APIConnectionError, match="unreadable answer") as caught:
        await call(given_client(network))

    shown = "".join(traceback.format_exception(None, caught.value, caught.value.__traceback__))
    assert "validation error" in shown
    assert not [part for part in eights_of(SECRET) if part in shown]


def eights_of(secret: str) -> List[str]:
    """Each eight characters of it that stand together, without its beginning, which is known."""
    return [secret[start : start + 8] for start in range(len("antn_"), len(secret) - 7)]
