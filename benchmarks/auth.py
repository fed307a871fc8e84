"""What it costs to know who asks, what they may do, and whether they may ask once more.

The floor hashes the secret and looks the hash up, and knows nothing else.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from typing import Any

from starlette.datastructures import State
from starlette.requests import Request

from antonnia_server.auth import service as auth
from antonnia_server.auth.lookup import RememberingTokenLookup
from antonnia_server.clock import SystemClock
from antonnia_server.db.migrate import migrate
from antonnia_server.db.sqlite import SqliteDatabase, connect
from antonnia_server.http.authentication import authenticate
from antonnia_server.rate_limits.limiter import Limiter
from antonnia_server.settings import RateLimits
from benchmarks.processes import data_directory
from benchmarks.report import Figure, stray_notes
from benchmarks.settings import Settings

REQUESTS = 20_000
# So that none is refused.
RATES = RateLimits("1000000000/minute", "1000000000/minute")
Samples = dict[str, list[float]]


class App:
    """As much of an application as looks at who asks."""

    def __init__(self, tokens: RememberingTokenLookup, limiter: Limiter) -> None:
        self.state = State({"tokens": tokens, "limiter": limiter})


def measure(settings: Settings) -> list[Figure]:
    with data_directory(settings.directory) as directory:
        samples = asyncio.run(_measure(directory / "antonnia.db", settings.rounds))
    notes = stray_notes("authentication", samples["floor"])
    return [
        _figure("token and permission", samples["without limits"], samples["floor"], []),
        _figure("token, permission, limits", samples["with limits"], samples["floor"], notes),
    ]


def _figure(name: str, ours: list[float], floor: list[float], notes: list[str]) -> Figure:
    return Figure(
        name=name,
        unit="µs",
        ours=median(ours),
        floor=median(floor),
        judged="ours",
        better="lower",
        target=None,
        notes=notes,
        samples={"ours": ours, "floor": floor},
    )


async def _measure(path: Path, rounds: int) -> Samples:
    """Microseconds of processor time for a request, of all threads of this process."""
    engine = connect(path)
    migrate(engine)
    engine.dispose()
    clock = SystemClock()
    db = SqliteDatabase(path, clock)
    await db.start()
    organization_id = await db.write(auth.find_or_create_organization, "bench")
    secret = (await db.write(auth.create_token, organization_id, "bench")).token
    tokens = RememberingTokenLookup(db, clock)
    apps = {
        name: App(tokens, Limiter(rates, clock, _refused))
        for name, rates in [("without limits", RateLimits()), ("with limits", RATES)]
    }
    known = {hashlib.sha256(secret.encode()).digest(): organization_id}

    async def look_up(request: Request) -> str:
        given = request.headers["authorization"].removeprefix("Bearer ")
        return known[hashlib.sha256(given.encode()).digest()]

    samples: Samples = {"floor": [], **{name: [] for name in apps}}
    # The first one is for the bytecode's sake.
    for number in range(rounds + 1):
        for name, values in samples.items():
            asked = look_up if name == "floor" else authenticate
            spent = await _spent(asked, _scope(secret, apps.get(name)))
            if number:
                values.append(spent)
    await tokens.close()
    await db.close()
    return samples


def _scope(secret: str, app: App | None) -> dict[str, Any]:
    return {
        "type": "http",
        "method": "GET",
        "headers": [
            (b"host", b"127.0.0.1:8000"),
            (b"authorization", f"Bearer {secret}".encode()),
            (b"accept", b"application/json"),
        ],
        "app": app,
        "client": ("127.0.0.1", 40000),
        "request_id": "req_bench",
        "antonnia_permission": "conversations:read",
    }


async def _spent(asked: Callable[[Request], Awaitable[object]], scope: dict[str, Any]) -> float:
    began = time.process_time()
    for _ in range(REQUESTS):
        await asked(Request(scope))
    return (time.process_time() - began) / REQUESTS * 1e6


def _refused(whose: str) -> None:
    raise AssertionError(f"the limit of the {whose} is too low to measure with")
