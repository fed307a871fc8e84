"""From how an entry fits a question to the probability that it answers it.

The map is a logistic one, which a base learns from its own entries: each phrasing is asked as a
question while it is held out, so the right entry is known; and whole entries are held out, so that
there is no right one. Until a base has taught enough, and to steady it where it has taught little,
there is a prior, learned in the same way from public sets of questions (see benchmarks/knowledge).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

# One over the variance with which the parameters of bases are expected to lie about the prior's.
PRIOR_STRENGTH = 3.0

# A base with fewer has taught too little.
MIN_EXAMPLES = 40

_STEPS = 50
_MAX_STEP = 1.0
_TOLERANCE = 1e-6


class Features(NamedTuple):
    """What is known of the best entry, each 0 to 1, and more of each is better."""

    # The share of the question that the entry covers.
    coverage: float
    # The share of the entry's phrasing that was asked for.
    asked_for: float
    # How far it is ahead of the second, as a share of its own score.
    lead: float


class Example(NamedTuple):
    features: Features
    is_right: bool


class Calibration(NamedTuple):
    """The parameters of the map."""

    constant: float
    coverage: float
    asked_for: float
    lead: float

    def probability(self, features: Features) -> float:
        """That the entry answers the question."""
        return _logistic(_dot(self, _inputs(features)))


# From one half of the intents of CLINC150 and BANKING77, enrolled with one and with five phrasings,
# a fifth of the questions out of scope, and from the shop of tests/knowledge, whose entries have
# texts. benchmarks/knowledge measures the other half too.
PRIOR = Calibration(constant=-4.5, coverage=5.4, asked_for=3.7, lead=2.8)


def fit(examples: Sequence[Example], prior: Calibration = PRIOR) -> Calibration:
    """The most likely map, given the prior; by Newton's method."""
    free = set(range(len(prior)))
    while True:
        found = _fit(examples, prior, free)
        # More of a feature is never worse: where a few examples say so, it is left out.
        negative = {i for i, value in enumerate(found) if i > 0 and value < 0}
        if not negative:
            return Calibration(*found)
        free -= negative


def _fit(examples: Sequence[Example], prior: Calibration, free: set[int]) -> list[float]:
    """With every parameter that is not `free` at 0."""
    size = len(prior)
    found = [value if i in free else 0.0 for i, value in enumerate(prior)]
    inputs = [
        [value if i in free else 0.0 for i, value in enumerate(_inputs(example.features))]
        for example in examples
    ]
    for _ in range(_STEPS):
        gradient = [
            PRIOR_STRENGTH * (prior[i] - found[i]) if i in free else 0.0 for i in range(size)
        ]
        curvature = [[PRIOR_STRENGTH * (i == j) for j in range(size)] for i in range(size)]
        for example, values in zip(examples, inputs, strict=True):
            expected = _logistic(_dot(found, values))
            certainty = expected * (1 - expected)
            for i, value in enumerate(values):
                gradient[i] += (example.is_right - expected) * value
                for j, other in enumerate(values):
                    curvature[i][j] += certainty * value * other
        step = _solve(curvature, gradient)
        # Far from its end Newton's method may leap over it and never come back.
        longest = max(map(abs, step))
        step = [change / max(1.0, longest / _MAX_STEP) for change in step]
        found = [each + change for each, change in zip(found, step, strict=True)]
        if longest < _TOLERANCE:
            break
    return found


def _inputs(features: Features) -> tuple[float, ...]:
    return (1.0, *features)


def _dot(left: Sequence[float], right: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(left, right, strict=True))


def _logistic(value: float) -> float:
    # Beyond these it is 0 or 1 to every digit that is shown, and `exp` would overflow.
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))


def _solve(matrix: list[list[float]], values: list[float]) -> list[float]:
    """Gauss, without pivoting: the prior keeps the matrix positive definite."""
    rows = [[*row, value] for row, value in zip(matrix, values, strict=True)]
    for i, pivot in enumerate(rows):
        for row in rows[i + 1 :]:
            factor = row[i] / pivot[i]
            for j in range(i, len(row)):
                row[j] -= factor * pivot[j]
    solution = [0.0] * len(rows)
    for i in reversed(range(len(rows))):
        known = sum(rows[i][j] * solution[j] for j in range(i + 1, len(rows)))
        solution[i] = (rows[i][-1] - known) / rows[i][i]
    return solution
