"""What lets a secret out is found, and told without it."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from secrecy.plugin import Watch

from antonnia_server.auth import secrets


@pytest.fixture
def watch() -> Watch:
    watch = Watch()
    watch.known._is_ours = secrets.is_well_formed
    return watch


def test_a_secret_in_a_log_or_a_traceback_is_found(watch: Watch) -> None:
    secret = secrets.new_secret()
    try:
        raise ValueError(f"Bearer {secret}")
    except ValueError as error:
        found = (ValueError, error, error.__traceback__)
    logger = logging.Logger("l")
    logger.addHandler(watch)

    logger.debug("it is %s", secret)
    logger.error("failed", exc_info=found)

    assert watch.leaks == [f"the log of l has token {secret[:9]}…"] * 2
    with pytest.raises(pytest.fail.Exception) as failed:
        watch.raise_leaks()
    assert secret not in str(failed.value)


def test_a_secret_in_a_column_is_found_but_for_the_one_that_signs(
    watch: Watch, tmp_path: Path
) -> None:
    signing = "whsec_" + "a" * 43 + "="
    with closing(sqlite3.connect(tmp_path / "a.db")) as db:
        db.execute("CREATE TABLE webhooks (secret TEXT, headers TEXT)")
        db.execute("CREATE TABLE answers (body BLOB)")
        db.execute("INSERT INTO webhooks VALUES (?, '')", [signing])
        db.execute("INSERT INTO answers VALUES (?)", [secrets.new_secret().encode()])
        db.execute("INSERT INTO answers VALUES (?)", [signing.encode()])
        db.commit()

    watch.look_through_database(tmp_path / "a.db")

    assert [each.split("antn")[0].split("whsec")[0] for each in watch.leaks] == [
        "answers.body holds token ",
        "answers.body holds webhook secret ",
    ]
    # The whole run is looked at too.
    (tmp_path / "a.db").unlink()


@pytest.mark.parametrize("start", range(9, 23))
def test_part_of_a_secret_is_found(watch: Watch, start: int) -> None:
    secret = secrets.new_secret()
    watch.known.note("token", secret)

    watch.look("what was printed", f"…{secret[start : start + 21]}'")
    watch.look("what was printed", f"token {secret[:9]}…")

    assert set(watch.leaks) == {f"what was printed has token {secret[:9]}…"}
    assert len(watch.leaks) in (1, 2)


def test_a_secret_is_given_once(watch: Watch) -> None:
    secret = secrets.new_secret()
    watch.give("POST /tokens", secret)
    assert watch.leaks == []

    watch.give("POST /tokens", secret)

    assert watch.leaks == [f"the answer of POST /tokens gives {secret[:9]}… once more"]
