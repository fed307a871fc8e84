"""What a connection has carried does not count against what it carries next."""

from __future__ import annotations

import json
from functools import partial

import pytest
from listening import Listening

from antonnia_server.settings import Limits

TEXT = "x" * 60_000


async def test_many_bodies_come_over_one_connection(listening: Listening) -> None:
    body = json.dumps({"contact_id": "c", "contact_name": "C", "metadata": {"text": TEXT}}).encode()
    wire = await listening.connect()

    for _ in range(150):
        wire.send(listening.post("/conversations/v2/sessions", f"Content-Length: {len(body)}"))
        wire.send(b"\r\n" + body)
        assert (await wire.answer()).status == 201


@pytest.mark.parametrize("limits", [Limits(max_head_bytes=1_024)])
async def test_many_heads_come_in_pieces_over_one_connection(listening: Listening) -> None:
    wire = await listening.connect()

    for number in range(40):
        head = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n"
        received = listening.received() + len(head)
        wire.send(head)
        await listening.until(partial(has_received, listening, received))
        wire.send(b"X-Number: %d\r\n\r\n" % number)
        assert (await wire.answer()).status == 200


def has_received(listening: Listening, size: int) -> bool:
    return listening.received() >= size
