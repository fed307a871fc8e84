"""The command `schemathesis`, run on a server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from given_server import Server

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
CHECKS = Path(__file__).parent / "fuzz"
# A stream has no end that could be waited for; it has tests of its own.
ENDLESS = ["/events/v1/stream"]


def run_schemathesis(
    server: Server,
    directory: Path,
    *options: str,
    examples: int,
    seed: int,
    config: str = "schemathesis.toml",
    **variables: str,
) -> dict[str, Any]:
    """The report of a run that found nothing."""
    path = directory / "report.json"
    command = [
        SCHEMATHESIS,
        f"--config-file={CHECKS / config}",
        "--no-color",
        "run",
        f"{server.base_url}/openapi.json",
        f"--max-examples={examples}",
        f"--seed={seed}",
        "--report=json",
        f"--report-json-path={path}",
        *options,
    ]
    given = {
        "ANTONNIA_TOKEN": server.token,
        "ANTONNIA_BASE_URL": server.base_url,
        "PYTHONPATH": os.pathsep.join([str(CHECKS), str(CHECKS.parent)]),
        **variables,
    }
    done = subprocess.run(
        command,
        cwd=directory,
        env={**os.environ, **given},
        capture_output=True,
        text=True,
        timeout=120 + examples * 25,
        check=False,
    )
    if done.returncode != 0:
        pytest.fail(done.stdout + done.stderr, pytrace=False)
    report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return report
