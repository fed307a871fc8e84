"""Calls through one client, in a process of its own: reads a JSON order, prints JSON figures.

It runs in the environment of that client and imports nothing else than the standard library, so
that what it measures is the client.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from pathlib import Path
from time import process_time
from typing import TypedDict

from benchmarks.sdk import clients
from benchmarks.sdk.clients import AsyncCall, SyncCall


class CallOrder(TypedDict):
    client: str
    is_async: bool
    base_url: str
    concurrency: int
    warm_up: int
    calls: int


class CallFigures(TypedDict):
    cpu_seconds: float
    grown_kilobytes: int
    resident_kilobytes: int


def resident_kilobytes() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise RuntimeError("no VmRSS in /proc/self/status")


async def call_async(call: AsyncCall, calls: int, concurrency: int) -> None:
    left = iter(range(calls))

    async def work() -> None:
        for _ in left:
            await call()

    await asyncio.gather(*(work() for _ in range(concurrency)))


def call_sync(call: SyncCall, calls: int, concurrency: int) -> None:
    failures: list[BaseException] = []

    def work(count: int) -> None:
        try:
            for _ in range(count):
                call()
        except BaseException as exc:
            failures.append(exc)
            raise

    if concurrency == 1:
        work(calls)
        return
    threads = [
        threading.Thread(target=work, args=(calls // concurrency,)) for _ in range(concurrency)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


async def measure_async(order: CallOrder) -> CallFigures:
    call: AsyncCall = getattr(clients, order["client"])(order["base_url"])
    await call_async(call, order["warm_up"], order["concurrency"])
    before, resident_before = process_time(), resident_kilobytes()
    await call_async(call, order["calls"], order["concurrency"])
    return figures(before, resident_before)


def measure_sync(order: CallOrder) -> CallFigures:
    call: SyncCall = getattr(clients, order["client"])(order["base_url"])
    call_sync(call, order["warm_up"], order["concurrency"])
    before, resident_before = process_time(), resident_kilobytes()
    call_sync(call, order["calls"], order["concurrency"])
    return figures(before, resident_before)


def figures(cpu_before: float, resident_before: int) -> CallFigures:
    cpu_seconds = process_time() - cpu_before
    resident = resident_kilobytes()
    return {
        "cpu_seconds": cpu_seconds,
        "grown_kilobytes": resident - resident_before,
        "resident_kilobytes": resident,
    }


def main() -> None:
    order: CallOrder = json.loads(sys.argv[1])
    result = asyncio.run(measure_async(order)) if order["is_async"] else measure_sync(order)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
