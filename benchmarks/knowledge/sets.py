"""The public sets of questions, in the files in which their authors publish them.

CLINC150 is a JSON object whose keys (`train`, `val`, `test`, `oos_val`, `oos_test`, …) hold pairs
of a question and its intent. BANKING77 is CSV with the columns `text` and `category`, in a file of
questions to enrol and one to ask. Where only one part is there, some of its questions are enrolled
and the rest are asked.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from benchmarks.processes import BenchmarkError

Intents = dict[str, list[str]]
Half = Literal["all", "tuned", "untouched"]

# Weights, thresholds and the prior were chosen on one half of the intents, which this divides.
HALVES_SEED = 12345


@dataclass(frozen=True)
class Set:
    """Questions by intent; those of `asked` are never enrolled, unless there is nothing else."""

    name: str
    enrolled: Intents
    asked: Intents | None
    out_of_scope: list[str]


@dataclass(frozen=True)
class Trial:
    """What one base is filled with and then asked."""

    phrasings: Intents
    # Each question with its intent.
    questions: list[tuple[str, str]]


def read_clinc150(path: Path) -> Set:
    parts = json.loads(path.read_text(encoding="utf-8"))
    out_of_scope = [
        question for name in ("oos_test", "oos_val") for question, _ in parts.get(name, [])
    ]
    enrol = parts.get("train") or parts.get("val")
    if not enrol:
        raise BenchmarkError(f"{path} has neither `train` nor `val`")
    asked = parts.get("test") if "train" in parts else None
    return Set("CLINC150", _by_intent(enrol), asked and _by_intent(asked), out_of_scope)


def read_banking77(paths: Sequence[Path], out_of_scope: list[str]) -> Set:
    """One file, or the one to enrol from and the one to ask from."""
    enrolled, *asked = (_by_intent(_rows(path)) for path in paths)
    return Set("BANKING77", enrolled, asked[0] if asked else None, out_of_scope)


def trial(questions: Set, phrasings: int, seed: int, *, half: Half, at_most: int) -> Trial:
    """Enrol so many random phrasings of each intent and ask at most so many random questions."""
    chance = random.Random(seed)
    enrolled: Intents = {}
    asked: list[tuple[str, str]] = []
    for intent in _intents(questions, half):
        known = list(questions.enrolled[intent])
        chance.shuffle(known)
        enrolled[intent] = known[:phrasings]
        rest = known[phrasings:] if questions.asked is None else questions.asked.get(intent, [])
        asked += [(question, intent) for question in rest]
    chance.shuffle(asked)
    return Trial(enrolled, asked[:at_most])


def out_of_scope(questions: Sequence[str], half: Half) -> list[str]:
    if half == "all":
        return list(questions)
    return list(questions[1 if half == "untouched" else 0 :: 2])


def _intents(questions: Set, half: Half) -> list[str]:
    names = sorted(questions.enrolled)
    if half == "all":
        return names
    random.Random(HALVES_SEED).shuffle(names)
    return sorted(names[1 if half == "untouched" else 0 :: 2])


def _rows(path: Path) -> Iterable[tuple[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        if not {"text", "category"} <= set(rows.fieldnames or []):
            raise BenchmarkError(f"{path} has no columns `text` and `category`")
        return [(row["text"], row["category"]) for row in rows]


def _by_intent(pairs: Iterable[tuple[str, str]]) -> Intents:
    found: Intents = {}
    for question, intent in pairs:
        found.setdefault(intent, []).append(question)
    return found
