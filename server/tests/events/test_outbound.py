"""Nothing that a customer says makes the server connect to what is not public."""

from __future__ import annotations

import asyncio
import ipaddress
import random
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from given_webhooks import EVENTS, refusal
from in_process import START, Place, Server, Template, serving
from receiving import Answer, Receiver

from antonnia_server.clock import HandClock, SystemClock, from_datetime
from antonnia_server.events.outbound import Guard, Refused
from antonnia_server.events.sending import Sender
from antonnia_server.events.service import BEGINNING, Due, Target
from antonnia_server.settings import WebhookLimits

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

REFUSED = Path(__file__).with_name("refused.txt").read_text().splitlines()
# As a URL can say them: to the system's own resolver many spellings are addresses.
SPELLINGS = [line for line in REFUSED if "/" in line or ":alert" in line]
IPV6 = [line for line in REFUSED if ":" in line and line not in SPELLINGS and line[0] != "#"]
IPV4 = [line for line in REFUSED if line[0].isdigit() and ":" not in line]
CORPUS = [
    *(f"http://{address}/" for address in IPV4),
    *(f"http://[{address}]/" for address in IPV6),
    *SPELLINGS,
    "http://127.0.0.1\t/",
    "http://127.0.0.1\r\nHost: x/",
    " http://127.0.0.1/",
    "http://exa mple.com/",
    "http://127.0.0.1\0/",
    # A socket takes a port modulo 65536.
    "http://93.184.216.34:65558/",
    "http://93.184.216.34:4294967318/",
    "http://93.184.216.34:0/",
]
PUBLIC = "8.8.8.8 1.1.1.1 93.184.216.34 172.15.255.255 172.32.0.1 100.63.255.255 100.128.0.1"
PUBLIC += " 2606:4700::1111 2a00:1450:4001:81b::200e 2001:4860:4860::8888 2400:cb00::1"


@pytest.fixture
def guard() -> Iterator[Guard]:
    guard = Guard()
    yield guard
    guard.close()


def due(body: bytes = b"{}") -> Due:
    return Due("dlv_1", "evt_1", [], 0, BEGINNING, body)


def target(url: str, **headers: str) -> Target:
    return Target("org_1", "wh_1", url, headers, (SECRET,), 1)


class Dialed:
    """Everyone that the process connects to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.addresses: list[object] = []
        loop = asyncio.get_running_loop()
        connect = loop.sock_connect

        async def note(sock: socket.socket, address: object) -> None:
            self.addresses.append(address)
            await connect(sock, address)  # type: ignore[arg-type]  # whatever was given

        monkeypatch.setattr(loop, "sock_connect", note)


@pytest.fixture
async def dialed(monkeypatch: pytest.MonkeyPatch) -> Dialed:
    return Dialed(monkeypatch)


@pytest.fixture
async def sender(guard: Guard) -> AsyncIterator[Sender]:
    sender = Sender(guard, SystemClock(), timeout_seconds=5)
    yield sender
    await sender.aclose()


def test_the_corpus_is_large() -> None:
    assert len(set(CORPUS)) >= 150


@pytest.mark.parametrize("url", CORPUS)
async def test_no_attempt_connects(url: str, sender: Sender, dialed: Dialed) -> None:
    outcome = await sender.send(target(url), due())

    assert not outcome.is_success
    assert outcome.error is not None
    # What is no address and no name at all is looked up in vain.
    assert outcome.error.startswith(("refused: ", "ConnectError: ")), outcome.error
    assert dialed.addresses == []


@pytest.mark.parametrize("address", [*IPV4, *IPV6])
def test_an_address_that_is_not_public_is_refused(guard: Guard, address: str) -> None:
    with pytest.raises(Refused):
        guard.judge(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PUBLIC.split())
def test_one_that_is_public_is_not(guard: Guard, address: str) -> None:
    guard.judge(ipaddress.ip_address(address))


async def test_a_name_that_stands_for_another_address_a_moment_later_gains_nothing(
    receiver: Receiver, dialed: Dialed
) -> None:
    answers = [["8.8.8.8"], ["127.0.0.1"], ["127.0.0.1"]]

    async def rebinding(host: str, port: int) -> list[str]:
        return answers.pop(0)

    guard = Guard(resolve=rebinding)
    sender = Sender(guard, SystemClock(), timeout_seconds=0.3)
    url = receiver.url.replace("127.0.0.1", "rebinding.example")
    await guard.check(url, "org_1")

    outcome = await sender.send(target(url), due())

    await sender.aclose()
    guard.close()
    assert outcome.error is not None
    assert outcome.error.startswith("refused: 127.0.0.1")
    assert (receiver.connections, dialed.addresses) == (0, [])


async def test_one_of_several_addresses_is_enough_to_be_refused(receiver: Receiver) -> None:
    async def both(host: str, port: int) -> list[str]:
        return ["8.8.8.8", "127.0.0.1"]

    guard = Guard(resolve=both)
    with pytest.raises(Refused):
        await guard.check("https://both.example/", "org_1")
    guard.close()


async def test_it_connects_to_the_address_that_was_judged(receiver: Receiver) -> None:
    asked: list[str] = []

    async def once(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    guard = Guard(allowed_networks=["127.0.0.1/32"], resolve=once)
    sender = Sender(guard, SystemClock(), timeout_seconds=5)
    url = receiver.url.replace("127.0.0.1", "receiver.example")

    outcome = await sender.send(target(url), due())

    await sender.aclose()
    guard.close()
    assert outcome.is_success
    assert asked == ["receiver.example"]
    assert receiver.received[0].headers["host"].startswith("receiver.example:")


async def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    guard = Guard(allows_private=True)
    sender = Sender(guard, SystemClock(), timeout_seconds=5)
    receiver.always(Answer(307, {"location": receiver.url}))

    outcome = await sender.send(target(receiver.url), due())

    await sender.aclose()
    guard.close()
    assert not outcome.is_success
    assert (outcome.status_code, len(receiver.received)) == (307, 1)


async def test_no_proxy_of_the_environment_is_asked(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    guard = Guard(allows_private=True)
    sender = Sender(guard, SystemClock(), timeout_seconds=5)

    outcome = await sender.send(target(receiver.url), due())

    await sender.aclose()
    guard.close()
    assert outcome.is_success


async def test_of_a_large_answer_only_the_beginning_is_read_and_kept(receiver: Receiver) -> None:
    guard = Guard(allows_private=True)
    sender = Sender(guard, SystemClock(), timeout_seconds=5)
    receiver.always(Answer(200, body=b"\0\xff" + b"x" * 5_000_000))

    outcome = await sender.send(target(receiver.url), due())

    await sender.aclose()
    guard.close()
    assert outcome.is_success
    assert outcome.excerpt == "\ufffd\ufffd" + "x" * 1022


@pytest.mark.parametrize("bad", [Answer(is_silent=True), Answer(200, is_slow=True)])
async def test_an_answer_that_does_not_come_to_its_end_in_time_is_a_failure(
    receiver: Receiver, bad: Answer
) -> None:
    guard = Guard(allows_private=True)
    sender = Sender(guard, SystemClock(), timeout_seconds=0.2)
    receiver.always(bad)

    outcome = await sender.send(target(receiver.url), due())

    await sender.aclose()
    guard.close()
    assert not outcome.is_success
    assert (outcome.error or "").startswith("timeout")


async def test_what_a_customer_sets_never_takes_the_place_of_ours(receiver: Receiver) -> None:
    guard = Guard(allows_private=True)
    sender = Sender(guard, SystemClock(), timeout_seconds=5)
    theirs = {"Webhook-Id": "x", "HOST": "x", "content-length": "9", "X-Key": "1"}

    await sender.send(Target("org_1", "wh_1", receiver.url, theirs, (SECRET,), 1), due())

    await sender.aclose()
    guard.close()
    [received] = receiver.received
    assert received.webhook_id == "evt_1"
    assert received.headers["host"] != "x"
    assert received.headers["x-key"] == "1"


@pytest.fixture
async def strict(template: Template, database: Place) -> AsyncIterator[Server]:
    """A server as it is in production: without the leave to send into private networks."""
    hand = HandClock(from_datetime(START))
    async with serving(database, template, hand, webhooks=WebhookLimits()) as server:
        yield server


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://localhost:8000/", "ftp://x.example/", "http://[::1]/", "x"]
)
async def test_a_webhook_that_could_never_be_sent_to_is_refused(strict: Server, url: str) -> None:
    async with strict.http(strict.ours.token) as http:
        response: httpx.Response = await http.post(f"{EVENTS}/webhooks", json={"url": url})

    assert refusal(response) == (422, "url_refused")
    assert response.json()["errors"][0]["loc"] == ["body", "url"]


def test_whatever_is_given_for_a_url_is_one_or_is_refused(guard: Guard) -> None:
    dice = random.Random(3)
    letters = "hts:/@#?[]%.\\0123456789abcx-_~!$&'()*+,;= é①。\t\n\0ß\u200d\ud800"
    taken = 0
    for _ in range(10_000):
        url = list(dice.choice(CORPUS))
        for _ in range(dice.randint(0, 5)):
            url.insert(dice.randrange(len(url) + 1), dice.choice(letters))
        try:
            place = guard.place_of("".join(url))
        except Refused:
            continue
        taken += 1
        assert (place.host + place.authority).isascii()

    assert taken > 1000
