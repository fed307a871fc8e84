"""From exec to the ready line, and the memory of a server that has nothing to do."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.processes import FLOOR, data_directory, serving
from benchmarks.report import Figure, stray_notes
from benchmarks.settings import Settings

IDLE_SECONDS = 2.0


def measure(settings: Settings) -> list[Figure]:
    """Starts take turns with the floor's; one that nobody counts comes first, for the bytecode."""
    fresh: dict[str, list[float]] = {"ours": [], "floor": []}
    existing: dict[str, list[float]] = {"ours": [], "floor": []}
    memory: dict[str, list[float]] = {"ours": [], "floor": []}
    commands = {"floor": FLOOR, "ours": settings.command}
    with data_directory(settings.directory) as directory:
        for name, command in commands.items():
            ready_seconds(command, directory / f"{name}-existing")
        for number in range(settings.rounds):
            for name, command in commands.items():
                fresh[name].append(ready_seconds(command, directory / f"{name}-{number}"))
                existing[name].append(ready_seconds(command, directory / f"{name}-existing"))
        for name, command in commands.items():
            memory[name].append(idle_megabytes(command, directory / f"{name}-existing"))
    return [
        start_figure("start, fresh data", fresh),
        start_figure("start, existing data", existing),
        Figure(
            name="idle memory",
            unit="MB",
            ours=memory["ours"][0],
            floor=memory["floor"][0],
            judged="ours",
            better="lower",
            target=100,
        ),
    ]


def ready_seconds(command: Sequence[str], data: Path) -> float:
    with serving(command, data) as server:
        return server.ready_seconds


def idle_megabytes(command: Sequence[str], data: Path) -> float:
    with serving(command, data) as server:
        # The figure is defined as the memory after this time, so there is nothing to wait for.
        time.sleep(IDLE_SECONDS)
        return server.resident_megabytes()


def start_figure(name: str, samples: dict[str, list[float]]) -> Figure:
    return Figure(
        name=name,
        unit="s",
        ours=median(samples["ours"]),
        floor=median(samples["floor"]),
        judged="ours",
        better="lower",
        target=1.2,
        notes=stray_notes(name, samples["floor"]),
        samples=samples,
    )
