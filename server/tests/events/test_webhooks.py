"""Webhooks as they are made, changed and deleted."""

from __future__ import annotations

import httpx
import pytest
from given_platform import given_session
from given_webhooks import EVENTS, Webhooks, refusal
from in_process import Clock, Server
from receiving import Receiver

from antonnia.conversations import Conversations
from antonnia.core.webhook_signatures import is_signed

URL = "https://receiver.example/hook"


async def test_a_webhook_has_its_secret_only_when_it_is_made(webhooks: Webhooks) -> None:
    created = await webhooks.create(URL, description="ours")

    read = await webhooks.get(created["id"])

    assert created["secret"].startswith("whsec_")
    assert {**read, "secret": created["secret"]} == created
    assert created["events"] == [
        "session.created",
        "session.transferred",
        "session.finished",
        "message.created",
    ]


async def test_a_creation_that_is_repeated_does_not_show_the_secret_again(
    http: httpx.AsyncClient, server: Server
) -> None:
    headers = {"idempotency-key": "once"}
    first = await http.post(f"{EVENTS}/webhooks", json={"url": URL}, headers=headers)
    again = await http.post(f"{EVENTS}/webhooks", json={"url": URL}, headers=headers)

    secret = first.json()["secret"]
    assert again.json() == {**first.json(), "secret": ""}
    assert secret.encode() not in b"".join(row["body"] for row in server.rows("idempotency_keys"))


async def test_a_recovery_that_is_repeated_is_answered_again_whatever_became_of_the_webhook(
    webhooks: Webhooks,
) -> None:
    path = f"{EVENTS}/webhooks/{(await webhooks.create(URL))['id']}"

    async def recover(since: str) -> httpx.Response:
        headers = {"idempotency-key": "once"}
        return await webhooks.http.post(f"{path}/recover", json={"since": since}, headers=headers)

    first = await recover("2026-01-01T00:00:00Z")
    await webhooks.http.delete(path)
    again = await recover("2026-01-01T00:00:00Z")
    other = await recover("2026-01-02T00:00:00Z")

    assert (again.status_code, again.content) == (202, first.content)
    assert again.headers["idempotent-replayed"] == "true"
    assert refusal(other) == (422, "idempotency_key_reused")


@pytest.mark.parametrize(
    "headers", [{"Host": "x"}, {"webhook-id": "x"}, {"Content-Type": "x"}, {"A": "1", "a": "2"}]
)
async def test_headers_that_are_ours_cannot_be_set(
    http: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    response = await http.post(f"{EVENTS}/webhooks", json={"url": URL, "headers": headers})

    assert refusal(response) == (422, "validation_error")


async def test_webhooks_are_listed_from_the_oldest(webhooks: Webhooks) -> None:
    made = [(await webhooks.create(f"{URL}/{number}"))["id"] for number in range(3)]
    await webhooks.update(made[1], status="paused")

    listed = await webhooks._search("/webhooks/search", {"limit": 2})
    paused = await webhooks._search("/webhooks/search", {"status": "paused"})

    assert [webhook["id"] for webhook in listed] == made
    assert [webhook["id"] for webhook in paused] == [made[1]]


async def test_a_change_keeps_what_is_not_said(webhooks: Webhooks) -> None:
    created = await webhooks.create(URL, description="ours", headers={"x-key": "1"})

    changed = await webhooks.update(created["id"], events=["session.*"], description=None)

    assert changed["events"] == ["session.*"]
    assert changed["description"] is None
    assert changed["headers"] == {"x-key": "1"}
    assert changed["updated_at"] is not None


async def test_of_a_url_null_is_no_value(webhooks: Webhooks) -> None:
    created = await webhooks.create(URL)

    path = f"{EVENTS}/webhooks/{created['id']}"
    response = await webhooks.http.patch(path, json={"url": None})

    assert refusal(response) == (422, "validation_error")


async def test_a_rotated_secret_signs_beside_the_new_one_for_a_day(
    client: Conversations, webhooks: Webhooks, receiver: Receiver, clock: Clock
) -> None:
    old = await webhooks.create(receiver.url)
    new = await webhooks.rotate(old["id"])
    await given_session(client)
    await clock.settle()
    await clock.advance(24 * 60 * 60)
    await given_session(client)
    await clock.settle()

    def is_signed_with(secret: str, number: int) -> bool:
        received = receiver.received[number]
        timestamp = int(received.headers["webhook-timestamp"])
        signatures = received.headers["webhook-signature"]
        return is_signed([secret], received.webhook_id, timestamp, received.body, signatures)

    assert is_signed_with(old["secret"], 0)
    assert is_signed_with(new["secret"], 0)
    assert is_signed_with(new["secret"], 1)
    assert not is_signed_with(old["secret"], 1)


async def test_a_secret_that_was_rotated_twice_signs_for_its_day_too(
    client: Conversations, webhooks: Webhooks, receiver: Receiver, clock: Clock, server: Server
) -> None:
    first = await webhooks.create(receiver.url)
    second = await webhooks.rotate(first["id"])
    await clock.advance(23 * 60 * 60)
    third = await webhooks.rotate(first["id"])
    await given_session(client)
    await clock.settle()
    await clock.advance(60 * 60)
    await given_session(client)
    await clock.settle()

    signed = [
        [
            is_signed(
                [made["secret"]],
                received.webhook_id,
                int(received.headers["webhook-timestamp"]),
                received.body,
                received.headers["webhook-signature"],
            )
            for made in (first, second, third)
        ]
        for received in receiver.received
    ]
    assert signed == [[True, True, True], [False, True, True]]


async def test_so_many_old_secrets_sign_and_no_more(webhooks: Webhooks, clock: Clock) -> None:
    webhook = await webhooks.create(URL)
    for _ in range(10):
        await webhooks.rotate(webhook["id"])

    response = await webhooks.http.post(f"{EVENTS}/webhooks/{webhook['id']}/rotate")
    await clock.advance(24 * 60 * 60)
    again = await webhooks.rotate(webhook["id"])

    assert refusal(response) == (422, "too_many_secrets")
    assert again["secret"] != ""


async def test_a_deleted_webhook_is_sent_nothing_and_leaves_nothing(
    client: Conversations, webhooks: Webhooks, receiver: Receiver, clock: Clock, server: Server
) -> None:
    webhook = await webhooks.create(receiver.url)
    await given_session(client)
    await clock.settle()

    response = await webhooks.http.delete(f"{EVENTS}/webhooks/{webhook['id']}")
    await given_session(client)
    await clock.settle()

    assert response.status_code == 204
    assert len(receiver.received) == 1
    assert server.rows("deliveries") == []


async def test_nobody_sees_the_webhooks_of_another_organization(
    client: Conversations, webhooks: Webhooks, receiver: Receiver, clock: Clock, server: Server
) -> None:
    webhook = await webhooks.create(receiver.url)
    await given_session(client)
    await clock.settle()
    [delivery] = await webhooks.deliveries()
    [event] = await webhooks.events()

    async with server.http(server.theirs.token) as http:
        theirs = Webhooks(http)
        path = f"{EVENTS}/webhooks/{webhook['id']}"
        answers = [
            await http.get(path),
            await http.patch(path, json={"status": "paused"}),
            await http.delete(path),
            await http.post(f"{path}/rotate"),
            await http.post(f"{path}/test"),
            await http.post(f"{path}/recover", json={"since": "2026-01-01T00:00:00Z"}),
            await http.get(f"{EVENTS}/deliveries/{delivery['id']}"),
            await http.post(f"{EVENTS}/deliveries/{delivery['id']}/retry"),
            await http.get(f"{EVENTS}/events/{event['id']}"),
        ]
        listed = [
            await theirs._search(f"/{kind}/search", {})
            for kind in ("webhooks", "deliveries", "events")
        ]

    assert [answer.status_code for answer in answers] == [404] * 9
    assert listed == [[], [], []]


async def test_an_organization_has_so_many_webhooks_and_no_more(webhooks: Webhooks) -> None:
    for number in range(100):
        await webhooks.create(f"{URL}/{number}")

    response = await webhooks.http.post(f"{EVENTS}/webhooks", json={"url": URL})

    assert refusal(response) == (422, "too_many_webhooks")


async def test_what_a_receiver_knows_us_by_is_told_to_no_other(
    webhooks: Webhooks, http: httpx.AsyncClient, receiver: Receiver, clock: Clock
) -> None:
    known_by = {"X-Receiver-Token": "of-the-receiver"}
    webhook = await webhooks.create(receiver.url, events=["*"], headers=known_by)

    await webhooks.test(webhook["id"])
    await clock.settle()

    log = await http.post(f"{EVENTS}/events/search", json={})
    assert [event["type"] for event in log.json()] == ["webhook.test"]
    assert "of-the-receiver" not in log.text
    assert (await webhooks.get(webhook["id"]))["headers"] == known_by
