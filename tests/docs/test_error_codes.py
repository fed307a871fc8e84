"""The page of error codes says what the server's classes say."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "generate_error_codes.py"


@pytest.fixture(name="script")
def fixture_script() -> Any:
    spec = importlib.util.spec_from_file_location("generate_error_codes", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


def test_the_table_is_what_the_script_writes(script: Any) -> None:
    page = script.PAGE.read_text(encoding="utf-8")

    expected = script.generated(page)

    assert page == expected, "run .venv/bin/python scripts/generate_error_codes.py"


def test_no_code_has_two_meanings(script: Any) -> None:
    codes = [refusal.code for refusal in script.refusals()]

    assert len(codes) == len(set(codes))
