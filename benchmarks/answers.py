"""From a contact's message to the committed answer: how long one waits, and how many a second."""

from __future__ import annotations

import sys
from itertools import chain
from statistics import median, quantiles
from typing import Any

from benchmarks.processes import FLOOR, Server, data_directory, run_load, serving
from benchmarks.report import Figure, stray_notes
from benchmarks.settings import Settings

WARM_UP_ANSWERS = 100
LATENCIES_PER_ROUND = 100


def measure(settings: Settings) -> list[Figure]:
    """The floor commits two messages where the platform commits a message, a reply and an answer.

    Nothing simpler could answer at all, so its figure is the cost of the two requests alone.
    """
    with (
        data_directory(settings.directory) as directory,
        serving(FLOOR, directory / "floor") as floor,
        serving(settings.command, directory / "ours") as ours,
    ):
        servers = {"floor": floor, "ours": ours}
        for name, server in servers.items():
            ask(server, name, "throughput", WARM_UP_ANSWERS, "warm-up")
        waits: dict[str, list[list[float]]] = {"floor": [], "ours": []}
        for number in range(settings.rounds):
            for name, server in servers.items():
                result = ask(server, name, "latency", LATENCIES_PER_ROUND, f"wait-{number}")
                waits[name].append(result["latencies"])
        rates = {}
        for name, server in servers.items():
            result = ask(server, name, "throughput", settings.answers, "many")
            rates[name] = settings.answers / result["seconds"]
        polls = result["polls"] / settings.answers
        print(f"answers: {polls:.1f} polls for each of {settings.answers}", file=sys.stderr)
    return [*wait_figures(waits), rate_figure(rates)]


def ask(server: Server, name: str, kind: str, count: int, run: str) -> Any:
    order = server.order(kind=kind, floor=name == "floor", count=count, run=run)
    result = run_load("load_answers", order)
    server.wait_until_idle()
    return result


def wait_figures(waits: dict[str, list[list[float]]]) -> list[Figure]:
    """The percentiles are those of all rounds' waits together."""
    pooled = {
        name: [wait * 1e3 for wait in chain.from_iterable(rounds)] for name, rounds in waits.items()
    }
    deciles = {name: quantiles(values, n=10) for name, values in pooled.items()}
    notes = stray_notes("answer, p50", [median(round_waits) for round_waits in waits["floor"]])
    return [
        Figure(
            name="message to answer, p50",
            unit="ms",
            ours=deciles["ours"][4],
            floor=deciles["floor"][4],
            judged="ours",
            better="lower",
            target=20,
            notes=notes,
            samples=pooled,
        ),
        Figure(
            name="message to answer, p90",
            unit="ms",
            ours=deciles["ours"][8],
            floor=deciles["floor"][8],
            judged="ours",
            better="lower",
            target=None,
        ),
    ]


def rate_figure(rates: dict[str, float]) -> Figure:
    return Figure(
        name="answers at once",
        unit="/s",
        ours=rates["ours"],
        floor=rates["floor"],
        judged="ours",
        better="higher",
        target=300,
    )
