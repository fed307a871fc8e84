"""CPU time of turning an answer into objects, beside the published client."""

from __future__ import annotations

from statistics import median

from benchmarks.report import Figure, stray_notes
from benchmarks.sdk.contenders import OURS, PUBLISHED
from benchmarks.sdk.processes import run_measured

# How many messages are in the answer, none for a session, and how often it is read.
SIZES = {"parse a session": (0, 5000), "parse 50 messages": (50, 400), "parse 1,000": (1000, 20)}
TARGETS = {"parse 50 messages": 0.6}


def measure(rounds: int) -> list[Figure]:
    return [_figure(name, *size, rounds) for name, size in SIZES.items()]


def _figure(name: str, messages: int, repeats: int, rounds: int) -> Figure:
    environments = {"ours": OURS.environment, "published": PUBLISHED.environment}
    samples: dict[str, list[float]] = {client: [] for client in environments}
    for _ in range(rounds):
        for client, environment in environments.items():
            order = {"client": client, "messages": messages, "repeats": repeats}
            result = run_measured(environment, "load_parsing", order)
            samples[client].append(result["cpu_seconds"] / repeats * 1e6)
    return Figure(
        name=name,
        unit="µs",
        ours=median(samples["ours"]),
        floor=median(samples["published"]),
        judged="ratio",
        better="lower",
        target=TARGETS.get(name),
        notes=stray_notes(name, samples["published"]),
        samples=samples,
    )
