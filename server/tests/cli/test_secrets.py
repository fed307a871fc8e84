"""A secret is printed once, by the command that made it, and is nowhere else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from given_server import Start, run

SEARCH = "/conversations/v2/sessions/search"


def printed_secrets(data: Path) -> Iterator[str]:
    """Of a token that is made and rotated; each is printed once, and nothing beside it."""
    made = run("token", "create", "--json", "--organization", "acme", "--data", data)
    named = ("--organization", "acme", "--data", data)
    token_id = json.loads(made.stdout)["token_id"]
    results = [
        made,
        run("token", "create", *named),
        run("token", "rotate", token_id, *named),
        run("token", "rotate", token_id, "--json", *named),
    ]
    for result in results:
        assert result.returncode == 0, result.stderr
        _, *parts = result.stdout.split("antn_")
        whole = [part for part in parts if len(part) > 38 and part[:38].isalnum()]
        assert len(whole) == 1
        assert "antn_" not in result.stderr
        yield f"antn_{whole[0][:38]}"


@pytest.mark.parametrize("is_running", [True, False], ids=["beside a server", "without one"])
def test_a_command_prints_its_secret_once_and_the_server_nothing_of_it(
    start: Start, tmp_path: Path, is_running: bool
) -> None:
    data = tmp_path / "data"
    secrets = [] if is_running else list(printed_secrets(data))
    server = start()
    secrets += printed_secrets(data) if is_running else []

    with httpx.Client(base_url=server.base_url, trust_env=False) as http:
        statuses = [
            http.post(
                SEARCH,
                params={"token": secret},
                headers={"authorization": f"Bearer {secret}"},
                json={"metadata": {"a": secret}},
            ).status_code
            for secret in secrets
        ]
    _, rest = server.stop()

    # One token was rotated twice; only its last secret lets somebody in.
    assert statuses == [401, 200, 401, 200]
    log = (tmp_path / "data.log").read_text()
    shown = [each for each in secrets if each[9:20] in log + rest]
    assert not shown
    assert server.token not in log + rest
    stored = b"".join(each.read_bytes() for each in data.iterdir() if each.suffix != ".token")
    assert stored
    assert not [each[:9] for each in secrets if each.encode() in stored]
