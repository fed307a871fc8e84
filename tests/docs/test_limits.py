"""The page of limits says what the settings say."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from antonnia_server.connections import RESERVED_FILES
from antonnia_server.http.body import MAX_BODY_BYTES
from antonnia_server.http.pagination import MAX_PAGE_BYTES
from antonnia_server.settings import Limits

PAGE = (Path(__file__).parents[2] / "docs" / "limits.md").read_text(encoding="utf-8")
_ROW = re.compile(r"^\| ([^|]+) \| `--([a-z-]+)` \| ([\d,]+) \|", re.MULTILINE)


def test_every_limit_stands_in_the_table_with_its_option_and_default() -> None:
    rows = {
        name: (what, int(default.replace(",", ""))) for what, name, default in _ROW.findall(PAGE)
    }

    assert {name: default for name, (_, default) in rows.items()} == {
        limit.name.replace("_", "-"): limit.default for limit in fields(Limits)
    }


def test_every_limit_is_described_as_its_option_is() -> None:
    rows = {name: what for what, name, _ in _ROW.findall(PAGE)}

    for limit in fields(Limits):
        what: str = limit.metadata["what"]
        described = what.rstrip(".").lower()
        assert described.startswith(rows[limit.name.replace("_", "-")].lower())


def test_the_limits_that_cannot_be_set_are_those_of_the_code() -> None:
    assert MAX_BODY_BYTES == 1024 * 1024
    assert "a body has 1 MiB" in PAGE
    assert MAX_PAGE_BYTES == 8 * 1024 * 1024
    assert "a page has 8 MiB" in PAGE
    assert f"less {RESERVED_FILES} for its own files" in PAGE
