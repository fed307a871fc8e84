"""CPU time of the client for one call, one at a time and a hundred at once, and what stays."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from benchmarks.report import Figure, stray_notes
from benchmarks.sdk.contenders import CALLERS, FLOOR, OURS, PUBLISHED, Contender
from benchmarks.sdk.processes import answering, run_measured

TARGET = 1.1
TARGET_PUBLISHED = 1.0
TARGET_GROWTH = 1.05


class Load(NamedTuple):
    """How many calls at once, how many before counting, and how many are counted."""

    concurrency: int
    warm_up: int
    calls: int


LOADS = (Load(1, 100, 600), Load(100, 500, 2000))
SETTLED = Load(10, 1_000, 10_000)

Samples = dict[str, list[float]]


def measure(rounds: int) -> list[Figure]:
    """Clients take turns, round by round, each time in a new process that is warmed up."""
    figures: list[Figure] = []
    with answering() as base_url:
        for is_async in (True, False):
            for load in LOADS:
                samples = _samples(base_url, load, rounds, is_async=is_async)
                figures += _figures(load, samples, is_async=is_async)
        figures += [_growth_figure(base_url, is_async=is_async) for is_async in (True, False)]
    return figures


def _samples(base_url: str, load: Load, rounds: int, *, is_async: bool) -> Samples:
    """Microseconds of each client for one call."""
    callers = [one for one in CALLERS if _function(one, is_async=is_async) is not None]
    samples: Samples = {one.name: [] for one in callers}
    for number in range(rounds):
        # Nobody is always the one after the same.
        for one in _rotated(callers, number):
            result = run_measured(
                one.environment, "load_calls", _order(one, base_url, load, is_async=is_async)
            )
            samples[one.name].append(result["cpu_seconds"] / load.calls * 1e6)
    return samples


def _figures(load: Load, samples: Samples, *, is_async: bool) -> list[Figure]:
    name = f"call, {'async' if is_async else 'sync'}, {load.concurrency} at once"
    middles = {client: median(values) for client, values in samples.items()}
    ours, floor = middles.pop(OURS.name), middles.pop(FLOOR.name)
    figure = Figure(
        name=name,
        unit="µs",
        ours=ours,
        floor=floor,
        judged="ratio",
        better="lower",
        target=TARGET,
        beside=middles,
        notes=stray_notes(name, samples[FLOOR.name]),
        samples=samples,
    )
    if PUBLISHED.name not in middles:
        return [figure]
    beside_published = Figure(
        name=f"… beside {PUBLISHED.name}",
        unit="µs",
        ours=ours,
        floor=middles[PUBLISHED.name],
        judged="ratio",
        better="lower",
        target=TARGET_PUBLISHED,
    )
    return [figure, beside_published]


def _growth_figure(base_url: str, *, is_async: bool) -> Figure:
    """Memory after ten thousand more calls beside the memory before them."""
    result = run_measured(
        OURS.environment, "load_calls", _order(OURS, base_url, SETTLED, is_async=is_async)
    )
    after = result["resident_kilobytes"]
    return Figure(
        name=f"memory after {SETTLED.calls:,} calls, {'async' if is_async else 'sync'}",
        unit="MB",
        ours=after * 1024 / 1e6,
        floor=(after - result["grown_kilobytes"]) * 1024 / 1e6,
        judged="ratio",
        better="lower",
        target=TARGET_GROWTH,
    )


def _order(one: Contender, base_url: str, load: Load, *, is_async: bool) -> dict[str, object]:
    return {
        "client": _function(one, is_async=is_async),
        "is_async": is_async,
        "base_url": base_url,
        **load._asdict(),
    }


def _function(one: Contender, *, is_async: bool) -> str | None:
    return one.asynchronous if is_async else one.synchronous


def _rotated(callers: Sequence[Contender], number: int) -> list[Contender]:
    first = number % len(callers)
    return [*callers[first:], *callers[:first]]
