"""A figure, what it is held to, and the table of all of them."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Literal

FLOOR_STRAYS = 0.25


@dataclass(frozen=True)
class Figure:
    """One measured quantity beside the same quantity of the floor."""

    name: str
    unit: str
    ours: float
    floor: float
    target: float | None
    judged: Literal["ours", "ratio"]
    better: Literal["higher", "lower"]
    goal: float | None = None
    notes: list[str] = field(default_factory=list)
    samples: dict[str, list[float]] = field(default_factory=dict)
    # The same quantity of others, reported and not judged.
    beside: dict[str, float] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        return self.ours / self.floor

    @property
    def is_met(self) -> bool | None:
        """Whether the target is reached; `None` for a figure that is only reported."""
        return None if self.target is None else self._reaches(self.target)

    @property
    def verdict(self) -> str:
        if self.is_met is None:
            return ""
        if not self.is_met:
            return "MISSED"
        if self.goal is None:
            return "met"
        return "goal met" if self._reaches(self.goal) else "met, goal not"

    def _reaches(self, bound: float) -> bool:
        judged = self.ratio if self.judged == "ratio" else self.ours
        return judged >= bound if self.better == "higher" else judged <= bound

    def bound(self, value: float | None) -> str:
        """A target or goal as the table shows it."""
        if value is None:
            return ""
        sign = "≥" if self.better == "higher" else "≤"
        return f"{sign} {value:.2f}x" if self.judged == "ratio" else f"{sign} {value:g} {self.unit}"


def stray_notes(name: str, samples: Sequence[float]) -> list[str]:
    """Say so if the floor was too restless for the ratio beside it to mean much."""
    middle = median(samples)
    strayed = max(abs(sample - middle) for sample in samples) / middle
    if strayed <= FLOOR_STRAYS:
        return []
    return [f"{name}: the floor strayed {strayed:.0%} from its median; the machine was not calm"]


def table(figures: Sequence[Figure]) -> str:
    heads = ("figure", "ours", "floor", "ours/floor", "target", "goal", "")
    lines = _aligned([heads, *(_row(figure) for figure in figures)], right=(1, 2, 3))
    lines += [f"! {note}" for figure in figures for note in figure.notes]
    return "\n".join(lines)


def beside_table(figures: Sequence[Figure]) -> str:
    """Ours beside the same figure of others; empty if there are none."""
    compared = [figure for figure in figures if figure.beside]
    names = list(dict.fromkeys(name for figure in compared for name in figure.beside))
    if not names:
        return ""
    rows = [("beside others", "", "ours", "floor", *names)]
    for figure in compared:
        values = [figure.ours, figure.floor, *(figure.beside.get(name) for name in names)]
        cells = ("" if value is None else _number(value) for value in values)
        rows.append((figure.name, figure.unit, *cells))
    return "\n".join(_aligned(rows, right=range(2, len(rows[0]))))


def _aligned(rows: Sequence[tuple[str, ...]], right: Container[int]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = (
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        lines.append("  ".join(cells).rstrip())
    lines.insert(1, "-" * max(len(line) for line in lines))
    return lines


def _row(figure: Figure) -> tuple[str, ...]:
    return (
        figure.name,
        f"{_number(figure.ours)} {figure.unit}",
        f"{_number(figure.floor)} {figure.unit}",
        f"{figure.ratio:.2f}x",
        figure.bound(figure.target),
        figure.bound(figure.goal),
        figure.verdict,
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def as_json(figure: Figure) -> dict[str, object]:
    return {**asdict(figure), "ratio": figure.ratio, "met": figure.is_met}
