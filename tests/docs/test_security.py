"""The page about security names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`([\w/-]+\.py(?:::\w+)?)`", PAGE)))


def test_every_row_names_a_test_or_says_why_it_does_not_apply() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and "shown by" not in line]

    assert len([row for row in rows if row.startswith("| API")]) == 10
    for row in rows:
        assert "::" in row or ".py`" in row or "Does not apply: " in row, row


@pytest.mark.parametrize("named", NAMED)
def test_what_is_named_exists(named: str) -> None:
    path, _, name = named.partition("::")

    source = (ROOT / path).read_text(encoding="utf-8")

    assert f"def {name or 'test_'}" in source
