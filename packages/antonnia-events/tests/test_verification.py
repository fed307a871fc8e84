"""Verifying what is delivered: ours is read, all else is refused, always with the same error."""

from __future__ import annotations

import base64
import json
import random
import subprocess
import sys
import time
from typing import Any, Dict, List, Optional, Tuple, Union

import pytest
from given_events import MESSAGE, event

from antonnia.core import AntonniaError
from antonnia.core.webhook_signatures import sign
from antonnia.events import MessageCreated, UnknownEvent, Webhook, WebhookVerificationError

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
NOW = 1_800_000_000
BODY = json.dumps(event("message.created", MESSAGE)).encode()
FUZZED_PAIRS = 10_000


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: NOW + 0.5)


def signed(
    body: bytes = BODY, *, id: str = "evt_1", at: int = NOW, secret: str = SECRET
) -> Dict[str, str]:
    """The headers of a delivery."""
    return {
        "webhook-id": id,
        "webhook-timestamp": str(at),
        "webhook-signature": sign(secret, id, at, body),
    }


def test_a_delivery_becomes_the_event_that_it_carries() -> None:
    delivered = Webhook(SECRET).verify(BODY, signed())

    assert isinstance(delivered, MessageCreated)
    assert delivered.data.object.id == "msg_1"


def test_an_event_of_a_newer_server_is_delivered_too() -> None:
    body = json.dumps(event("moon.landed", {"id": "moon_1"})).encode()

    assert isinstance(Webhook(SECRET).verify(body, signed(body)), UnknownEvent)


@pytest.mark.parametrize("body", [BODY, BODY.decode(), bytearray(BODY), memoryview(BODY)])
def test_a_body_may_be_bytes_or_text(body: Any) -> None:
    assert Webhook(SECRET).verify(body, signed()).id == "evt_1"


class Pairs:
    """Headers that are no mapping, as in some frameworks."""

    def __init__(self, *pairs: Tuple[str, str]) -> None:
        self._pairs = pairs

    def items(self) -> List[Tuple[str, str]]:
        return list(self._pairs)


def test_headers_may_be_in_any_case_and_of_any_kind() -> None:
    upper = {name.upper(): value for name, value in signed().items()}
    title = {name.title(): value for name, value in signed().items()}

    for headers in (upper, title, Pairs(*upper.items(), ("Cookie", "a"), ("Cookie", "b"))):
        assert Webhook(SECRET).verify(BODY, headers).id == "evt_1"


def test_while_a_secret_is_changed_either_of_both_is_right() -> None:
    both = signed(secret=OTHER)
    both["webhook-signature"] += " " + signed()["webhook-signature"]

    assert Webhook(SECRET).verify(BODY, both).id == "evt_1"
    assert Webhook(OTHER, SECRET).verify(BODY, signed()).id == "evt_1"
    assert Webhook(OTHER, SECRET).verify(BODY, signed(secret=OTHER)).id == "evt_1"


@pytest.mark.parametrize("away", [-300, 300])
def test_a_delivery_may_be_five_minutes_away(away: int) -> None:
    at = NOW + 1 + away if away < 0 else NOW + away

    assert Webhook(SECRET).verify(BODY, signed(at=at)).id == "evt_1"


@pytest.mark.parametrize("away", [-300, 301])
def test_one_that_is_further_away_is_refused(away: int) -> None:
    with pytest.raises(WebhookVerificationError, match="too far from now"):
        Webhook(SECRET).verify(BODY, signed(at=NOW + away))

    assert Webhook(SECRET, tolerance_seconds=600).verify(BODY, signed(at=NOW + away))


def without(name: str) -> Dict[str, str]:
    return {key: value for key, value in signed().items() if key != name}


NOT_AN_EVENT = b'{"test": 2432232314}'
REFUSED: List[Tuple[Any, Any]] = [
    (BODY + b" ", signed()),
    (BODY, signed(secret=OTHER)),
    (BODY, signed(id="evt_2")),
    (BODY, {**signed(), "webhook-id": "evt_2"}),
    (BODY, {**signed(), "webhook-id": "evt_\xe4"}),
    (BODY, {**signed(), "webhook-timestamp": str(NOW + 1)}),
    (BODY, {**signed(), "webhook-timestamp": f" {NOW}"}),
    (BODY, {**signed(), "webhook-timestamp": f"+{NOW}"}),
    (BODY, {**signed(), "webhook-timestamp": f"{NOW}.0"}),
    (BODY, {**signed(), "webhook-timestamp": "nan"}),
    (BODY, {**signed(), "webhook-timestamp": "9" * 10_000}),
    (BODY, {**signed(), "webhook-timestamp": "١٨٠٠٠٠٠٠٠٠"}),
    (BODY, {**signed(), "webhook-signature": ""}),
    (BODY, {**signed(), "webhook-signature": "v1,"}),
    (BODY, {**signed(), "webhook-signature": "v1,*"}),
    (BODY, {**signed(), "webhook-signature": signed()["webhook-signature"][3:]}),
    (BODY, {**signed(), "webhook-signature": "v1a" + signed()["webhook-signature"][2:]}),
    (BODY, {**signed(), "Webhook-Id": "evt_2"}),
    (BODY, {**signed(), "webhook-signature": None}),
    (BODY, {**signed(), "webhook-signature": [signed()["webhook-signature"]]}),
    (BODY, {name.encode(): value.encode() for name, value in signed().items()}),
    (BODY, without("webhook-id")),
    (BODY, without("webhook-timestamp")),
    (BODY, without("webhook-signature")),
    (BODY, {}),
    (BODY, None),
    (BODY, "webhook-id"),
    (BODY, list(signed().items())),
    (BODY, dict),
    (BODY, Pairs("a", 1)),  # type: ignore[arg-type]
    (NOT_AN_EVENT, signed(NOT_AN_EVENT)),
    (b"", signed(b"")),
    (b"\xff", signed(b"\xff")),
    (b"[" * 100_000, signed(b"[" * 100_000)),
    ("\ud800", signed()),
    (json.loads(BODY), signed()),
    (None, signed()),
    (7, signed()),
]


@pytest.mark.parametrize(("body", "headers"), REFUSED)
def test_whatever_else_comes_is_refused(body: Any, headers: Any) -> None:
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body, headers)


def test_a_refusal_says_neither_a_secret_nor_what_a_contact_wrote() -> None:
    body = json.dumps({**event("message.created", {"text": "my diagnosis"})}).encode()

    with pytest.raises(WebhookVerificationError) as refused:
        Webhook(SECRET).verify(body, signed(body))

    assert "diagnosis" not in str(refused.value)
    assert SECRET[6:] not in repr(Webhook(SECRET))


@pytest.mark.parametrize("secrets", [(), ("",), (None,), ("whsec_",), (SECRET, "hunter2")])
def test_a_secret_that_is_none_is_noticed_at_the_start(secrets: Tuple[Any, ...]) -> None:
    with pytest.raises(AntonniaError, match="secret") as refused:
        Webhook(*secrets)

    assert not isinstance(refused.value, WebhookVerificationError)
    assert "hunter2" not in str(refused.value)


def test_nothing_but_the_standard_library_is_loaded_to_refuse() -> None:
    program = """
import sys
from antonnia.events import Webhook, WebhookVerificationError
try:
    Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").verify(b"", {})
except WebhookVerificationError:
    print({"httpx", "pydantic", "typing_extensions"} & set(sys.modules))
"""

    loaded = subprocess.check_output([sys.executable, "-c", program], text=True)

    assert loaded == "set()\n"


class TestFuzzing:
    """Whatever comes over the network: an event, or that one error."""

    dice = random.Random("webhooks")

    def bytes_of_any(self) -> bytes:
        size = int(self.dice.random() * 40)
        return self.dice.getrandbits(size * 8 + 1).to_bytes(size + 1, "big")

    def mutated(self, text: bytes) -> bytes:
        changed = bytearray(text)
        for _ in range(self.dice.randrange(1, 4)):
            at = self.dice.randrange(len(changed) + 1)
            changed[at : at + self.dice.randrange(3)] = self.bytes_of_any()[:3]
        return bytes(changed)

    def a_body(self) -> bytes:
        return self.dice.choice([BODY, self.bytes_of_any(), self.mutated(BODY)])

    def a_value(self, right: str) -> Optional[Union[str, bytes, int]]:
        mutated = self.mutated(right.encode()).decode("latin-1")
        random_text = self.bytes_of_any().decode("latin-1")
        encoded = "v1," + base64.b64encode(self.bytes_of_any()).decode()
        several = " ".join([right, mutated, random_text])
        wrong_types = self.dice.choice([None, b"", 7])
        return self.dice.choice([right, mutated, random_text, encoded, several, wrong_types])

    def headers_for(self, body: bytes) -> Dict[Any, Any]:
        headers: Dict[Any, Any] = dict(signed(body))
        for name in list(headers):
            if self.dice.random() < 0.3:
                headers[name] = self.a_value(headers[name])
            if self.dice.random() < 0.1:
                headers[self.mutated(name.encode()).decode("latin-1")] = headers.pop(name)
            if self.dice.random() < 0.1:
                headers[self.dice.choice([name.upper(), 7, None, b"x"])] = self.a_value("evt_1")
        return headers

    def test_mutated_deliveries_raise_that_error_or_none(self) -> None:
        webhook = Webhook(OTHER, SECRET)
        verified = refused = 0
        for _ in range(FUZZED_PAIRS):
            body = self.a_body()
            signed_body = self.dice.choice([body, body, BODY])
            try:
                webhook.verify(body, self.headers_for(signed_body))
                verified += 1
            except WebhookVerificationError:
                refused += 1

        # Both ways are taken, or it would show nothing.
        assert verified > FUZZED_PAIRS / 50
        assert refused > FUZZED_PAIRS / 2
