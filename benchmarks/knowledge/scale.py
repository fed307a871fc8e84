"""A base of a hundred thousand entries: how fast it is filled and asked, and what it finds."""

from __future__ import annotations

import resource
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from benchmarks.report import Figure

from .engine import ask, create, database, entry, put, unit
from .fillers import fillers
from .floor import ask_floor, fill_floor
from .quality import ask_all
from .sets import Set, trial

QUESTIONS = 100
SEED = 1


def measure(directory: Path, sets: Sequence[Set], count: int) -> list[Figure]:
    """The intents of the sets, one phrasing each, among made-up entries."""
    trials = [trial(each, 1, SEED, half="all", at_most=QUESTIONS) for each in sets]
    asked = [question for each in trials for question in each.questions]
    entries = [entry(*each) for some in trials for each in some.phrasings.items()]
    made_up = list(fillers(count))
    if not asked:
        asked = [(each.title, each.source) for each in made_up[:: count // QUESTIONS]]
    entries += made_up
    print(f"knowledge: {len(entries)} entries …", file=sys.stderr, flush=True)
    with database(directory / "scale.db") as connection:
        knowledge_id = create(connection, "scale")
        seconds = put(connection, knowledge_id, entries)
        with unit(connection) as tx:
            fill_floor(tx, entries)
        with unit(connection) as tx:
            floor = ask_all(partial(ask_floor, tx), asked, [])
            ours = ask_all(partial(ask, tx, knowledge_id), asked, [])
    name = f"{len(entries):,} entries"
    piece = 1e3 * sorted(seconds)[int(0.99 * len(seconds))]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    note = f"{name}: {len(entries) / sum(seconds):,.0f} a second imported, {memory:,.0f} MB at most"
    return [
        Figure(
            f"{name}: right at rank 1", "", ours.accuracy, floor.accuracy, None, "ours", "higher"
        ),
        Figure(
            f"{name}: search, p50", "ms", ours.p50, floor.p50, 20, "ours", "lower", notes=[note]
        ),
        Figure(f"{name}: search, p95", "ms", ours.p95, floor.p95, None, "ours", "lower"),
        # The floor is the time in which a person notices nothing.
        Figure(f"{name}: piece of an import, p99", "ms", piece, 100, 50, "ours", "lower"),
    ]
