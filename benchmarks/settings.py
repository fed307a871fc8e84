"""What a run of the benchmarks may be told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """How long, where, and against which server."""

    command: tuple[str, ...]
    directory: Path
    rounds: int
    seconds: float
    answers: int
    # Of the scale benchmark: how many, and where they are kept for the next run.
    sessions: int
    data: Path | None
    # In the names of what is written, so that a directory can be written to in several runs.
    started: int
    # Of the knowledge benchmark: the public sets of questions, where there are any, and how many
    # entries the large base has.
    clinc150: Path | None
    banking77: list[Path]
    entries: int
