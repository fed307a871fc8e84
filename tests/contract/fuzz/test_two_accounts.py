"""Two organizations on a real server: neither learns of the other, whatever is tried at random.

Schemathesis sends requests of one that name objects of the other, in paths and in bodies.
`two_accounts.toml` says which of its checks are on, `isolation_checks.py` has ours. Operations and
the ids that they take come from the OpenAPI document: a new one is tried without a word here.

`ANTONNIA_FOREIGN_CASES` is the number of requests that name something of the other, at a random
seed, which is printed; without it the seed is always the same.
"""

from __future__ import annotations

import json
import os
import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import given_server
import pytest
from accounts import Account, given_account, seen_by, to_json
from given_server import Server
from schemathesis_run import ENDLESS, run_schemathesis

CASES = int(os.environ.get("ANTONNIA_FOREIGN_CASES", "500"))
SEED = random.randrange(2**32) if "ANTONNIA_FOREIGN_CASES" in os.environ else 1
# Operations that take an id, of which each is sent so many requests.
OPERATIONS = 64
# What was named so often has been looked for at least once; less often, a rule may have refused it.
OFTEN = 4
LOG = "POST /events/v1/events/search"


@pytest.fixture
def standing_server(tmp_path: Path) -> Iterator[Server]:
    """A server whose clock stands: what changes is what somebody changed."""
    server = given_server.start(tmp_path / "data", "--test-clock")
    yield server
    with server.process:
        server.process.kill()
    log = (tmp_path / "data.log").read_text()
    assert " ERROR " not in log, log
    assert "Traceback" not in log, log


def test_nothing_of_another_organization_is_read_changed_or_told(
    standing_server: Server, tmp_path: Path
) -> None:
    ours = given_account(standing_server, "wallaby")
    theirs = given_account(standing_server, "quokka")
    before = seen_by(theirs)
    assert_all_kinds(before)

    answered = answers_to(standing_server, ours, theirs, tmp_path)

    after = seen_by(theirs)
    assert after[LOG] == before[LOG]
    assert after == before
    named = sum(map(Counter.total, answered.values()))
    print(f"\nTwo organizations, seed {SEED}: {named} requests named something of the other")
    for asked, statuses in sorted(answered.items()):
        print(f"  {asked}: {dict(sorted(statuses.items()))}")
    assert named >= CASES
    # Not only refused for something else: what was named was looked for.
    often = {asked: each for asked, each in answered.items() if each.total() >= OFTEN}
    assert len(often) >= OPERATIONS
    assert [asked for asked, each in often.items() if not each.keys() & {"404", "200", "201"}] == []


def assert_all_kinds(seen: dict[str, str]) -> None:
    """Nobody is protected by having nothing."""
    lists = {asked: said for asked, said in seen.items() if not re.search(r"_\w{26}", asked)}
    assert [asked for asked, said in lists.items() if not said.startswith("200 ")] == []
    assert [asked for asked, said in lists.items() if said.endswith(" []")] == []


def answers_to(
    server: Server, ours: Account, theirs: Account, directory: Path
) -> dict[str, Counter[str]]:
    """How requests of ours that named something of theirs were answered, by what named it."""
    accounts = directory / "accounts.json"
    headers = {
        name: [{"name": "Authorization", "value": f"Bearer {account.token}"}]
        for name, account in [("ours", ours), ("theirs", theirs)]
    }
    auth = [{"name": name, "fixedHeaders": fixed} for name, fixed in headers.items()]
    accounts.write_text(json.dumps({"auth": auth}), encoding="utf-8")
    answered = directory / "answered.json"
    both = [to_json(account, seen_by(account)) for account in (ours, theirs)]
    left_out = [*ENDLESS, "/testing/v1/clock", "/livez", "/readyz", "/metrics"]

    try:
        run_schemathesis(
            server,
            directory,
            # As an option: of the file the command takes no heed.
            "--mode=positive",
            *(part for path in left_out for part in ("--exclude-path", path)),
            examples=-(-CASES // OPERATIONS),
            seed=SEED,
            config="two_accounts.toml",
            ANTONNIA_ACCOUNTS=str(accounts),
            ANTONNIA_ANSWERED=str(answered),
            ANTONNIA_TWO_ACCOUNTS=f"[{','.join(both)}]",
        )
    finally:
        # It has the tokens of both.
        accounts.unlink()

    found = json.loads(answered.read_text(encoding="utf-8"))
    return {asked: Counter(statuses) for asked, statuses in found.items()}
