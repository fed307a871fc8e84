from __future__ import annotations

import logging

import pytest

from antonnia_server.rare_log import RareLog

logger = logging.getLogger("antonnia.tests")


def test_of_many_like_lines_the_first_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    rare = RareLog(logger)

    logged = [rare.log(logging.ERROR, "request %s failed", number) for number in range(100)]

    assert logged == [True] + [False] * 99
    assert [record.getMessage() for record in caplog.records] == ["request 0 failed"]


def test_another_line_is_logged_too(caplog: pytest.LogCaptureFixture) -> None:
    rare = RareLog(logger)

    rare.log(logging.ERROR, "one")
    rare.log(logging.ERROR, "another")

    assert [record.getMessage() for record in caplog.records] == ["one", "another"]


def test_the_next_line_says_how_many_were_held_back(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = iter([0.0, 1.0, 2.0, 20.0])
    monkeypatch.setattr("time.monotonic", lambda: next(seconds))
    rare = RareLog(logger)

    for number in range(4):
        rare.log(logging.ERROR, "request %s failed", number)

    assert [record.getMessage() for record in caplog.records] == [
        "request 0 failed",
        "request 3 failed (and 2 more like it before)",
    ]
