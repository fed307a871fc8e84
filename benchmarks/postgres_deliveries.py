"""Events on their way to receivers on PostgreSQL: how many a second, and how soon."""

from __future__ import annotations

import asyncio
from statistics import median, quantiles

from benchmarks.deliveries import delivery_delays, delivery_rates
from benchmarks.postgres import command, database, postgres
from benchmarks.processes import Server, data_directory, serving
from benchmarks.report import Figure
from benchmarks.settings import Settings


def measure(settings: Settings) -> list[Figure]:
    """The same load and the same floor as on SQLite."""
    with (
        data_directory(settings.directory) as directory,
        postgres(directory) as server,
        database(server) as url,
        serving(command("platform_postgres", url), directory / "ours") as ours,
    ):
        return asyncio.run(_measure(ours, settings.rounds))


async def _measure(server: Server, rounds: int) -> list[Figure]:
    rates = await delivery_rates(server, rounds)
    delays = await delivery_delays(server)
    percentiles = quantiles(delays, n=100)
    return [
        Figure(
            name="PostgreSQL deliveries",
            unit="/s",
            ours=median(rates["ours"]),
            floor=median(rates["floor"]),
            judged="ratio",
            better="higher",
            target=0.3,
            samples=rates,
        ),
        *(
            Figure(
                name=f"PostgreSQL commit to first attempt, p{percent}",
                unit="ms",
                ours=percentiles[percent - 1] * 1e3,
                floor=1e3 / median(rates["floor"]),
                judged="ours",
                better="lower",
                target=30 if percent == 50 else None,
                samples={"ours": delays},
            )
            for percent in (50, 99)
        ),
    ]
