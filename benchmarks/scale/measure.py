"""Writes, reads and searches among many sessions, and beside a platform that holds few."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any, NamedTuple

from benchmarks.load_reads import Asked
from benchmarks.processes import FLOOR, Server, run_load, serving
from benchmarks.report import Figure, stray_notes
from benchmarks.scale.directories import Directories, filled
from benchmarks.scale.fill import TEMPLATE
from benchmarks.scale.requests import FLOOR_PAGE, Stored, floor_reads, reads, searches
from benchmarks.settings import Settings

CONCURRENCY = 32
WARM_UP_SECONDS = 1.0
READ_SECONDS = 1.0
# What the sessions that are written carry: three leaves, of which one is their own.
METADATA = {"region": "north", "plan": "free", "user": {"id": "{name}"}}


class Servers(NamedTuple):
    ours_small: Server
    floor_small: Server
    ours_large: Server
    floor_large: Server


def measure(settings: Settings) -> list[Figure]:
    with filled(settings) as directories:
        stored = Stored(directories.ours_large)
        with _serving(settings, directories) as servers:
            return [
                *write_figures(settings, servers),
                *read_figures(settings, servers, stored),
                *search_figures(settings, servers, stored),
            ]


@contextmanager
def _serving(settings: Settings, directories: Directories) -> Iterator[Servers]:
    with (
        serving(settings.command, directories.ours_small) as ours_small,
        serving(FLOOR, directories.floor_small) as floor_small,
        serving(settings.command, directories.ours_large) as ours_large,
        serving(FLOOR, directories.floor_large) as floor_large,
    ):
        yield Servers(ours_small, floor_small, ours_large, floor_large)


def write_figures(settings: Settings, servers: Servers) -> list[Figure]:
    """All four take turns, round by round."""
    samples: dict[str, list[float]] = {name: [] for name in Servers._fields}
    for number in range(-1, settings.rounds):
        for name, server in zip(Servers._fields, servers, strict=True):
            seconds = WARM_UP_SECONDS if number < 0 else settings.seconds
            order = server.order(
                concurrency=CONCURRENCY,
                seconds=seconds,
                keyed=False,
                run=f"{settings.started}-{name}-{number}",
                metadata=METADATA,
            )
            result = run_load("load_writes", order)
            server.wait_until_idle()
            if number >= 0:
                samples[name].append(result["requests"] / result["seconds"])
    rate = {name: median(values) for name, values in samples.items()}
    notes = stray_notes("writes at scale", samples["floor_large"])
    return [
        _write_figure(TEMPLATE, "small", samples, []),
        _write_figure(settings.sessions, "large", samples, notes),
        Figure(
            name="writes, the small one's ÷ the large one's",
            unit="x",
            ours=rate["ours_small"] / rate["ours_large"],
            floor=rate["floor_small"] / rate["floor_large"],
            judged="ratio",
            better="lower",
            target=1.3,
        ),
    ]


def _write_figure(
    sessions: int, size: str, samples: dict[str, list[float]], notes: list[str]
) -> Figure:
    ours, floor = samples[f"ours_{size}"], samples[f"floor_{size}"]
    return Figure(
        name=f"writes among {sessions:,} sessions",
        unit="req/s",
        ours=median(ours),
        floor=median(floor),
        judged="ratio",
        better="higher",
        target=None,
        notes=notes,
        samples={"ours": ours, "floor": floor},
    )


def read_figures(settings: Settings, servers: Servers, stored: Stored) -> Iterable[Figure]:
    of_floor = floor_reads(settings.sessions)
    for name, requests in reads(stored):
        ours = _read(servers.ours_large, requests, CONCURRENCY)
        floor = _read(servers.floor_large, of_floor[name], CONCURRENCY)
        yield Figure(
            name=f"{name}, {CONCURRENCY} at once",
            unit="req/s",
            ours=ours["requests"] / ours["seconds"],
            floor=floor["requests"] / floor["seconds"],
            judged="ratio",
            better="higher",
            target=None,
        )
        alone = _read(servers.floor_large, of_floor[name], 1)
        yield _wait_figure(name, _read(servers.ours_large, requests, 1), alone)


def search_figures(settings: Settings, servers: Servers, stored: Stored) -> Iterable[Figure]:
    """Each beside the floor's page of its newest 100 sessions."""
    for name, requests in searches(stored):
        floor = _read(servers.floor_large, FLOOR_PAGE, 1)
        ours = _read(servers.ours_large, requests, 1)
        yield _wait_figure(f"search: {name} ({ours['found']:.0f} found)", ours, floor)


def _wait_figure(name: str, ours: dict[str, Any], floor: dict[str, Any]) -> Figure:
    return Figure(
        name=f"{name}, p50",
        unit="ms",
        ours=median(ours["waits"]),
        floor=median(floor["waits"]),
        judged="ours",
        better="lower",
        target=5,
        samples={"ours": ours["waits"], "floor": floor["waits"]},
    )


def _read(server: Server, requests: list[Asked], concurrency: int) -> dict[str, Any]:
    order = server.order(concurrency=concurrency, seconds=READ_SECONDS, requests=requests)
    result: dict[str, Any] = run_load("load_reads", order)
    server.wait_until_idle()
    print(".", end="", file=sys.stderr, flush=True)
    return result
