"""Names that hang hold up nobody but the organization whose they are."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator

import pytest
from receiving import Receiver

from antonnia_server.clock import SystemClock
from antonnia_server.events.outbound import Guard
from antonnia_server.events.resolving import PER_ORGANIZATION, THREADS
from antonnia_server.events.sending import Sender
from antonnia_server.events.service import BEGINNING, Due, Target

PATIENCE_SECONDS = 20
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Dns:
    """The system's resolver, which hangs at some names until the test is over."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._is_over = threading.Event()

    def getaddrinfo(self, host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        self.asked.append(host)
        if "hangs" in host:
            self._is_over.wait()
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    def end(self) -> None:
        self._is_over.set()


@pytest.fixture
def dns(monkeypatch: pytest.MonkeyPatch) -> Iterator[Dns]:
    dns = Dns()
    monkeypatch.setattr(socket, "getaddrinfo", dns.getaddrinfo)
    yield dns
    dns.end()


def given_target(organization_id: str, url: str) -> Target:
    return Target(organization_id, f"wh_{organization_id}", url, {}, (SECRET,), 1)


async def test_an_organization_whose_names_hang_holds_up_no_delivery_of_another(
    receiver: Receiver, dns: Dns
) -> None:
    guard = Guard(allows_private=True)
    hanging = Sender(guard, SystemClock(), timeout_seconds=1)
    good = Sender(guard, SystemClock(), timeout_seconds=PATIENCE_SECONDS)
    due = Due("dlv_1", "evt_1", [], 0, BEGINNING, b"{}")

    outcomes = await asyncio.gather(
        *(
            hanging.send(given_target("theirs", f"http://hangs-{number}.example/"), due)
            for number in range(2 * THREADS)
        )
    )
    url = receiver.url.replace("127.0.0.1", "receiver.example")
    outcome = await good.send(given_target("ours", url), due)

    assert outcome.is_success, outcome
    assert all((each.error or "").startswith("timeout") for each in outcomes)
    # Their threads hang on although nobody waits for them any more.
    assert len(dns.asked) == PER_ORGANIZATION + 1
    guard.close()
    dns.end()
    await good.aclose()
    await hanging.aclose()


async def test_a_name_is_not_checked_before_while_others_of_its_organization_hang(
    dns: Dns,
) -> None:
    guard = Guard(allows_private=True)
    lookups = [
        asyncio.ensure_future(guard.addresses_of(f"hangs-{number}.example", 80, "ours"))
        for number in range(PER_ORGANIZATION)
    ]
    await asyncio.sleep(0)

    # It says nothing: the name is looked up at the first attempt.
    await guard.check("https://receiver.example/", "ours")

    assert "receiver.example" not in dns.asked
    dns.end()
    await asyncio.gather(*lookups)
    guard.close()
