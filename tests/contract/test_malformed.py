"""What a person sees whose request is wrong: the table of `malformed/`, sent byte by byte.

After a change of the words, `scripts/observe_malformed.py` writes the answers anew. Read every line
that it has changed, as the person who gets it.
"""

from __future__ import annotations

import pytest
from given_ids import GivenIds
from malformed_table import Case, observed, read_cases
from raw_http import ALIVE, Connection

CASES = read_cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.file}: {case.name}")
def test_what_is_answered_is_what_the_table_says(
    connection: Connection, ids: GivenIds, case: Case
) -> None:
    ids.forget_sessions()

    answer = case.ask(connection, ids)

    assert observed(answer, ids.hide) == (case.is_, case.says, case.at)
    assert connection.ask(ALIVE).status == 200


def test_no_name_stands_twice_in_the_table() -> None:
    names = [(case.file, case.name) for case in CASES]

    assert len(names) == len(set(names))
    assert len(names) >= 300
