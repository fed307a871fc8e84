"""The four data directories: the platform's and the floor's, small and large."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks.processes import data_directory
from benchmarks.scale import fill
from benchmarks.settings import Settings


class Directories(NamedTuple):
    ours_small: Path
    floor_small: Path
    ours_large: Path
    floor_large: Path


@contextmanager
def filled(settings: Settings) -> Iterator[Directories]:
    """Fill them; what `--data` keeps is taken from there, and the small ones are always new."""
    with data_directory(settings.directory) as fresh:
        kept = fresh if settings.data is None else settings.data
        kept.mkdir(parents=True, exist_ok=True)
        empty, template = kept / "empty", kept / "template"
        count = settings.sessions
        ours, floor = kept / f"ours-{count}", kept / f"floor-{count}"
        _make(empty, lambda path: fill.make_empty(settings.command, path))
        _make(template, lambda path: fill.make_template(empty, path))
        _make(ours, lambda path: fill.make_copies(empty, template, path, count))
        _make(floor, lambda path: fill.make_floor(path, count))
        small = Directories(fresh / "ours-small", fresh / "floor-small", ours, floor)
        shutil.copytree(template, small.ours_small)
        fill.make_floor(small.floor_small, fill.TEMPLATE)
        yield small


def _make(path: Path, make: Callable[[Path], None]) -> None:
    """Make what is not there yet; half of it is never taken for the whole."""
    if path.exists():
        return
    begin = time.perf_counter()
    unfinished = path.with_name(f"{path.name}-unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    make(unfinished)
    unfinished.rename(path)
    print(f"scale: {path.name} in {time.perf_counter() - begin:.0f} s", file=sys.stderr, flush=True)
