"""Schemathesis tries out every operation of the OpenAPI document against a real server.

It sends what the schemas allow and what they forbid, at their limits and at random, follows ids
from one answer into the next request, and holds every answer against the document.
`schemathesis.toml` says which of its checks are on, which are off and why. `contract_checks.py` has
ours, and leads most requests past refusals that would hide what lies behind them. Operations come
from the document: a new one is tried out without a word here. What is no part of the document is
not: `/docs`, and what the operator asks for.

`ANTONNIA_CONTRACT_EXAMPLES` is the number of random requests for each operation and phase, at a
random seed, which is printed; without it the seed is always the same.
"""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import given_server
from given_server import Server
from schemathesis_run import ENDLESS, run_schemathesis

EXAMPLES = int(os.environ.get("ANTONNIA_CONTRACT_EXAMPLES", "8"))
CLOCK_EXAMPLES = 8
SEED = random.randrange(2**32) if "ANTONNIA_CONTRACT_EXAMPLES" in os.environ else 1


def test_the_server_keeps_to_its_document(server: Server, tmp_path: Path) -> None:
    options = [part for path in ENDLESS for part in ("--exclude-path", path)]
    report = run_schemathesis(server, tmp_path, *options, examples=EXAMPLES, seed=SEED)

    assert report["operations"]["tested"] == report["operations"]["total"] - len(ENDLESS)
    assert report["test_cases"]["generated"] >= 500
    accepted = shares_of(report)
    print(f"\nSchemathesis, seed {SEED}: {report['test_cases']['generated']} requests")
    for operation, (taken, well_formed) in accepted.items():
        print(f"  {taken:5} of {well_formed:5} well-formed requests answered 2xx: {operation}")
    assert [operation for operation, (taken, _) in accepted.items() if not taken] == []


def test_the_clock_of_tests_keeps_to_its_document(tmp_path: Path) -> None:
    """On a server of its own: whoever moves the clock at random leaves no other test its time."""
    server = given_server.start(tmp_path / "data", "--test-clock")
    try:
        options = ["--include-path", "/testing/v1/clock"]
        # A move of ten years takes seconds: on its way is done what recurs each day.
        report = run_schemathesis(server, tmp_path, *options, examples=CLOCK_EXAMPLES, seed=SEED)
    finally:
        with server.process:
            server.process.kill()

    assert shares_of(report)["POST /testing/v1/clock"][0] > 0


def shares_of(report: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """For each operation, how many of its well-formed requests were carried out."""
    shares: dict[str, tuple[int, int]] = {}
    for operation, phases in sorted(report["valid_rates"].items()):
        taken = sum(phase["accepted"] for phase in phases.values())
        shares[operation] = (taken, sum(sum(phase.values()) for phase in phases.values()))
    return shares
