"""What it costs to import a client and to make one, and what the first call adds."""

from __future__ import annotations

import json
from statistics import median

from benchmarks.report import Figure, stray_notes
from benchmarks.sdk.contenders import FLOOR, OTHERS, OURS, OURS_SYNC, Contender
from benchmarks.sdk.processes import answering, cpu_seconds_of

ROUNDS = 20
FIRST_CALL_ROUNDS = 5
TARGET_MILLISECONDS = 25

# A process says itself how much memory it has: what its parent had would count otherwise.
RESIDENT = "print(next(line.split()[1] for line in open('/proc/self/status') if 'VmRSS' in line))"
BASELINE = "import asyncio\n"

Samples = dict[str, list[float]]


def measure() -> list[Figure]:
    """Each program takes its turn in every round; a first one, for the bytecode, is not counted."""
    programs = {
        "baseline": (OURS.environment, BASELINE),
        "import alone": (OURS.environment, BASELINE + OURS.imported + "\n"),
        "sync": (OURS.environment, _program(OURS_SYNC)),
        **{one.name: (one.environment, _program(one)) for one in (OURS, *OTHERS)},
    }
    cpu: Samples = {name: [] for name in programs}
    resident: Samples = {name: [] for name in programs}
    for number in range(ROUNDS + 1):
        for name, (environment, program) in programs.items():
            seconds, printed = cpu_seconds_of(environment, ["-I", "-c", program + RESIDENT])
            if number > 0:
                cpu[name].append(seconds * 1e3)
                resident[name].append(int(printed) * 1024 / 1e6)
    return [*_import_figures(cpu), _memory_figure(resident), _first_call_figure()]


def _program(contender: Contender) -> str:
    return f"{BASELINE}{contender.imported}\nclient = {contender.made}\n"


def _import_figures(cpu: Samples) -> list[Figure]:
    floor = median(cpu["baseline"])
    above = {name: median(values) - floor for name, values in cpu.items()}
    others = {one.name: above[one.name] for one in OTHERS}
    notes = stray_notes("import", cpu["baseline"])
    rows = {
        "import and make, async": ("ours", TARGET_MILLISECONDS, others, notes),
        "import and make, sync": ("sync", TARGET_MILLISECONDS, {}, []),
        "import alone": ("import alone", None, {}, []),
    }
    return [
        Figure(
            name=name,
            unit="ms",
            ours=above[key],
            floor=floor,
            judged="ours",
            better="lower",
            target=target,
            beside=beside,
            notes=notes,
            samples={"ours": cpu[key], "floor": cpu["baseline"]},
        )
        for name, (key, target, beside, notes) in rows.items()
    ]


def _memory_figure(resident: Samples) -> Figure:
    return Figure(
        name="memory when made",
        unit="MB",
        ours=median(resident["ours"]),
        floor=median(resident["baseline"]),
        judged="ours",
        better="lower",
        target=None,
        beside={one.name: median(resident[one.name]) for one in OTHERS},
    )


def _first_call_figure() -> Figure:
    """Who loads late has only put it off: so this is everything up to the first answer."""
    cpu: Samples = {one.name: [] for one in (FLOOR, OURS, *OTHERS)}
    with answering() as base_url:
        for number in range(FIRST_CALL_ROUNDS + 1):
            for one in (FLOOR, OURS, *OTHERS):
                order = {
                    "client": one.asynchronous,
                    "is_async": True,
                    "base_url": base_url,
                    "concurrency": 1,
                    "warm_up": 0,
                    "calls": 1,
                }
                module = ["-m", "benchmarks.sdk.load_calls", json.dumps(order)]
                seconds, _ = cpu_seconds_of(one.environment, module)
                if number > 0:
                    cpu[one.name].append(seconds * 1e3)
    return Figure(
        name="process with one call",
        unit="ms",
        ours=median(cpu["ours"]),
        floor=median(cpu["httpx"]),
        judged="ours",
        better="lower",
        target=None,
        beside={one.name: median(cpu[one.name]) for one in OTHERS},
        samples=cpu,
    )
