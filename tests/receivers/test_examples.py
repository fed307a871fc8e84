"""The examples of receivers, given what the server really delivers."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from pathlib import Path
from types import ModuleType

import httpx
import pytest
from capturing import Delivered

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(params=["fastapi", "flask", "django"])
def example(
    request: pytest.FixtureRequest, deliveries: list[Delivered], monkeypatch: pytest.MonkeyPatch
) -> ModuleType:
    """An example, as it is started with the webhook's secret."""
    monkeypatch.setenv("ANTONNIA_WEBHOOK_SECRET", deliveries[0].secret)
    return _imported(f"receive_with_{request.param}")


def _imported(name: str) -> ModuleType:
    # Once in a process: Django has one configuration for all of it.
    if name not in _IMPORTED:
        spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        _IMPORTED[name] = module
    return _IMPORTED[name]


_IMPORTED: dict[str, ModuleType] = {}


async def post(example: ModuleType, body: bytes, headers: dict[str, str]) -> int:
    """The status with which the example answers."""
    # The client that posts says these two itself.
    own = {
        name: value
        for name, value in headers.items()
        if name.lower() not in ("host", "content-length")
    }
    if inspect.iscoroutinefunction(type(example.app).__call__):
        asgi = httpx.ASGITransport(example.app)
        async with httpx.AsyncClient(transport=asgi, base_url="http://receiver.test") as client:
            return (await client.post("/antonnia", content=body, headers=own)).status_code
    wsgi = httpx.WSGITransport(example.app)
    with httpx.Client(transport=wsgi, base_url="http://receiver.test") as client:
        return client.post("/antonnia", content=body, headers=own).status_code


async def test_what_is_delivered_is_taken(
    example: ModuleType, deliveries: list[Delivered], capsys: pytest.CaptureFixture[str]
) -> None:
    answers = [await post(example, each.body, each.headers) for each in deliveries]

    assert answers == [204] * 3
    assert capsys.readouterr().out.startswith("user wrote in sess_")


async def test_what_is_not_ours_is_refused(
    example: ModuleType, deliveries: list[Delivered]
) -> None:
    real = deliveries[1]
    forged = [
        (real.body + b" ", real.headers),
        (real.body, {**real.headers, "webhook-id": "evt_2"}),
        (real.body, {**real.headers, "webhook-timestamp": "1614265330"}),
        (real.body, {"content-type": "application/json"}),
        (b"", {}),
    ]

    assert [await post(example, *each) for each in forged] == [400] * 5
