"""Everything about the client: importing it, calling through it, reading what comes."""

from __future__ import annotations

from benchmarks.report import Figure
from benchmarks.sdk import calls, imports, parsing
from benchmarks.sdk.contenders import CALLERS
from benchmarks.sdk.environments import python_of
from benchmarks.settings import Settings


def measure(settings: Settings) -> list[Figure]:
    """The environments come first: installing must not disturb what is measured."""
    for contender in CALLERS:
        python_of(contender.environment)
    return [*imports.measure(), *parsing.measure(settings.rounds), *calls.measure(settings.rounds)]
