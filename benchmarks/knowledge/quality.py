"""What the engine makes of the questions of one trial, and what that is worth."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean, median, quantiles
from typing import NamedTuple

# Of the out-of-scope questions so many are handed off where the share of the answered is taken.
REJECTED = 0.9

# Of as many questions each, for the error of calibration.
BINS = 10

# Ask a question: the source of the best entry, or nothing, and how sure that is.
Ask = Callable[[str], tuple[str, float]]


class Outcome(NamedTuple):
    """What came of one question."""

    confidence: float
    is_right: bool
    milliseconds: float


@dataclass(frozen=True)
class Quality:
    """Shares of the questions, 0 to 1, and how long a search took."""

    accuracy: float
    # How well confidence divides questions with an answer from those without; 0.5 is chance.
    auroc: float
    # Of the questions with an answer, when 90 % of those without are handed off.
    answered: float
    # How far confidence is from the share that is right, on average.
    calibration_error: float
    p50: float
    p95: float


def ask_all(ask: Ask, questions: Sequence[tuple[str, str]], out_of_scope: Sequence[str]) -> Quality:
    """Ask every question; each comes with the source of its answer."""
    in_scope = [_outcome(ask, question, source) for question, source in questions]
    others = [_outcome(ask, question, None) for question in out_of_scope]
    milliseconds = [each.milliseconds for each in in_scope]
    return Quality(
        accuracy=mean(each.is_right for each in in_scope),
        auroc=_auroc(in_scope, others),
        answered=_answered(in_scope, others),
        calibration_error=_calibration_error([*in_scope, *others]),
        p50=median(milliseconds),
        p95=quantiles(milliseconds, n=20)[-1],
    )


def average(qualities: Sequence[Quality]) -> Quality:
    names = Quality.__dataclass_fields__
    return Quality(*(mean(getattr(each, name) for each in qualities) for name in names))


def _outcome(ask: Ask, question: str, source: str | None) -> Outcome:
    started = time.perf_counter()
    found, confidence = ask(question)
    return Outcome(confidence, found == source, (time.perf_counter() - started) * 1e3)


def _auroc(in_scope: Sequence[Outcome], others: Sequence[Outcome]) -> float:
    """The chance that a question with an answer is surer than one without; ties count half."""
    if not others:
        return float("nan")
    wins = sum(
        (ours.confidence > theirs.confidence) + (ours.confidence == theirs.confidence) / 2
        for ours in in_scope
        for theirs in others
    )
    return wins / (len(in_scope) * len(others))


def _answered(in_scope: Sequence[Outcome], others: Sequence[Outcome]) -> float:
    if not others:
        return float("nan")
    threshold = sorted(each.confidence for each in others)[int(REJECTED * len(others))]
    return mean(each.confidence > threshold for each in in_scope)


def _calibration_error(outcomes: Sequence[Outcome]) -> float:
    """The expected calibration error, over bins of as many questions each."""
    ordered = sorted(outcomes, key=lambda each: each.confidence)
    error = 0.0
    for number in range(BINS):
        start, end = (len(ordered) * (number + i) // BINS for i in (0, 1))
        some = ordered[start:end]
        error += abs(sum(each.confidence - each.is_right for each in some))
    return error / len(ordered)
