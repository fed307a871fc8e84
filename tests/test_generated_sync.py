"""What `make sync` writes is in the repository as it writes it."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture
def generate_sync(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    return importlib.import_module("generate_sync")


def test_what_is_generated_is_what_make_sync_writes(generate_sync: ModuleType) -> None:
    expected = generate_sync.generated_files()

    there = {
        path
        for package in generate_sync.packages()
        for path in [*package.glob("_sync/*.py"), *package.glob("raw.py")]
    }
    assert there == set(expected)
    for path, source in expected.items():
        assert path.read_text(encoding="utf-8") == source, f"{path}: run `make sync`"
