"""The figures of the knowledge engine, beside SQLite's own full-text search."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial

import sqlalchemy as sa

from benchmarks.processes import data_directory
from benchmarks.report import Figure
from benchmarks.settings import Settings

from . import scale
from .engine import ask, calibrate, create, database, entry, put, unit
from .floor import ask_floor, fill_floor
from .quality import Quality, ask_all, average
from .sets import Half, Set, Trial, out_of_scope, read_banking77, read_clinc150, trial

SEEDS = (1, 2)
PHRASINGS = (1, 5)

# Of one trial; all of the official test sets would take many minutes.
MAX_QUESTIONS = 300
MAX_OUT_OF_SCOPE = 150

# Accuracy at rank 1 with one and with five phrasings.
TARGETS = {
    ("CLINC150", 1): 0.46,
    ("CLINC150", 5): 0.70,
    ("BANKING77", 1): 0.40,
    ("BANKING77", 5): 0.64,
}


def measure(settings: Settings) -> list[Figure]:
    """Every trial has a base of its own; floor and engine are asked the same, in turn."""
    figures: list[Figure] = []
    sets = read_sets(settings)
    with (
        data_directory(settings.directory) as directory,
        database(directory / "quality.db") as connection,
    ):
        for questions in sets:
            for phrasings in PHRASINGS:
                print(f"knowledge: {questions.name}, {phrasings} …", file=sys.stderr, flush=True)
                figures += _figures(connection, questions, phrasings)
    with data_directory(settings.directory) as directory:
        figures += scale.measure(directory, sets, settings.entries)
    return figures


def read_sets(settings: Settings) -> list[Set]:
    sets: list[Set] = []
    if settings.clinc150 is not None:
        sets.append(read_clinc150(settings.clinc150))
    if settings.banking77:
        # It has no questions out of scope of its own; those of CLINC150 are about anything.
        others = sets[0].out_of_scope if sets else []
        sets.append(read_banking77(settings.banking77, others))
    return sets


def _figures(connection: sa.Connection, questions: Set, phrasings: int) -> list[Figure]:
    all_of_it = _run(connection, questions, phrasings, "all")
    untouched = _run(connection, questions, phrasings, "untouched")
    name = f"{questions.name}, {phrasings} phrasing{'s' if phrasings > 1 else ''}"
    ours, floor = all_of_it["ours"], all_of_it["floor"]
    figures = [
        _higher(
            f"{name}: right at rank 1",
            ours.accuracy,
            floor.accuracy,
            TARGETS[questions.name, phrasings],
        ),
        _higher(
            f"{name}: of intents not tuned on",
            untouched["ours"].accuracy,
            untouched["floor"].accuracy,
        ),
    ]
    if questions.out_of_scope:
        figures += [
            _higher(f"{name}: AUROC", ours.auroc, floor.auroc),
            _higher(f"{name}: answered", ours.answered, floor.answered),
            _lower(
                f"{name}: calibration error (floor: not calibrated)",
                "",
                ours.calibration_error,
                all_of_it["prior"].calibration_error,
            ),
        ]
    figures.append(_lower(f"{name}: search, p50", "ms", ours.p50, floor.p50))
    return figures


def _run(
    connection: sa.Connection, questions: Set, phrasings: int, half: Half
) -> dict[str, Quality]:
    found: dict[str, list[Quality]] = {"floor": [], "prior": [], "ours": []}
    others = out_of_scope(questions.out_of_scope, half)[:MAX_OUT_OF_SCOPE]
    for seed in SEEDS:
        asked = trial(questions, phrasings, seed, half=half, at_most=MAX_QUESTIONS)
        name = f"{questions.name} {phrasings} {seed} {half}"
        for kind, quality in _try(connection, name, asked, others).items():
            found[kind].append(quality)
    return {kind: average(qualities) for kind, qualities in found.items()}


def _try(
    connection: sa.Connection, name: str, asked: Trial, others: Sequence[str]
) -> dict[str, Quality]:
    entries = [entry(intent, phrasings) for intent, phrasings in asked.phrasings.items()]
    knowledge_id = create(connection, name)
    put(connection, knowledge_id, entries)
    with unit(connection) as tx:
        fill_floor(tx, entries)
    found: dict[str, Quality] = {}
    with unit(connection) as tx:
        found["floor"] = ask_all(partial(ask_floor, tx), asked.questions, others)
        found["prior"] = ask_all(partial(ask, tx, knowledge_id), asked.questions, others)
    calibrate(connection, knowledge_id)
    with unit(connection) as tx:
        found["ours"] = ask_all(partial(ask, tx, knowledge_id), asked.questions, others)
    return found


def _higher(name: str, ours: float, floor: float, target: float | None = None) -> Figure:
    return Figure(name, "", ours, floor, target, "ours", "higher")


def _lower(name: str, unit: str, ours: float, floor: float) -> Figure:
    return Figure(name, unit, ours, floor, None, "ours", "lower")
