"""Create a session, post a message: requests per second, plain and with an Idempotency-Key."""

from __future__ import annotations

from statistics import median
from typing import NamedTuple

from benchmarks.processes import FLOOR, Server, data_directory, run_load, serving
from benchmarks.report import Figure, stray_notes
from benchmarks.settings import Settings

CONCURRENCY = 32
WARM_UP_SECONDS = 1.0


class Runner(NamedTuple):
    """One line of the interleaved rounds."""

    name: str
    server: Server
    keyed: bool


def measure(settings: Settings) -> list[Figure]:
    """Both servers live through all rounds, each on fresh data; they take turns, round by round."""
    with (
        data_directory(settings.directory) as directory,
        serving(FLOOR, directory / "floor") as floor,
        serving(settings.command, directory / "ours") as ours,
    ):
        runners = [
            Runner("floor", floor, keyed=False),
            Runner("plain", ours, keyed=False),
            Runner("keyed", ours, keyed=True),
        ]
        for runner in runners:
            requests_per_second(runner, WARM_UP_SECONDS, "warm-up")
        samples: dict[str, list[float]] = {runner.name: [] for runner in runners}
        for number in range(settings.rounds):
            for runner in runners:
                rate = requests_per_second(runner, settings.seconds, f"round-{number}")
                samples[runner.name].append(rate)
    return figures(samples)


def requests_per_second(runner: Runner, seconds: float, run: str) -> float:
    order = runner.server.order(
        concurrency=CONCURRENCY, seconds=seconds, keyed=runner.keyed, run=f"{runner.name}-{run}"
    )
    result = run_load("load_writes", order)
    runner.server.wait_until_idle()
    return float(result["requests"] / result["seconds"])


def figures(samples: dict[str, list[float]]) -> list[Figure]:
    floor = median(samples["floor"])
    return [
        Figure(
            name="writes",
            unit="req/s",
            ours=median(samples["plain"]),
            floor=floor,
            judged="ratio",
            better="higher",
            target=0.45,
            goal=0.70,
            notes=stray_notes("writes", samples["floor"]),
            samples={"ours": samples["plain"], "floor": samples["floor"]},
        ),
        Figure(
            name="writes, each with a key",
            unit="req/s",
            ours=median(samples["keyed"]),
            floor=floor,
            judged="ratio",
            better="higher",
            target=0.35,
            goal=0.50,
            samples={"ours": samples["keyed"], "floor": samples["floor"]},
        ),
    ]
