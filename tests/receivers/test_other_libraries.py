"""What we deliver is verified by the libraries of Standard Webhooks too, and theirs by ours."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import standardwebhooks
from capturing import Delivered

from antonnia.core.webhook_signatures import sign
from antonnia.events import Webhook

NODE = Path(__file__).parent / "node"


def lower(headers: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def test_the_library_for_python_verifies_what_we_deliver(deliveries: list[Delivered]) -> None:
    for each in deliveries:
        verified = standardwebhooks.Webhook(each.secret).verify(each.body, each.headers)

        ours = Webhook(each.secret).verify(each.body, each.headers)
        assert verified["id"] == ours.id == lower(each.headers)["webhook-id"]


def test_a_new_secret_and_the_one_before_sign_together(deliveries: list[Delivered]) -> None:
    signatures = [lower(each.headers)["webhook-signature"].split(" ") for each in deliveries]

    assert [len(each) for each in signatures] == [1, 1, 2]


def test_we_verify_what_the_library_for_python_signs(deliveries: list[Delivered]) -> None:
    real = deliveries[0]
    now = datetime.now(UTC)
    headers = {
        "webhook-id": lower(real.headers)["webhook-id"],
        "webhook-timestamp": str(int(now.timestamp())),
    }
    headers["webhook-signature"] = standardwebhooks.Webhook(real.secret).sign(
        headers["webhook-id"], now, real.body.decode()
    )

    assert Webhook(real.secret).verify(real.body, headers).type == "session.created"


@pytest.fixture
def node(tmp_path: Path) -> Path:
    """A folder in which Node has the library; without Node the test is skipped, aloud."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("SKIPPED: there is no Node on this machine, so its library verifies nothing")
    shutil.copytree(NODE, tmp_path, dirs_exist_ok=True)
    done = subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=tmp_path,
        env={**os.environ, "npm_config_cache": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    if done.returncode != 0:
        pytest.skip(f"SKIPPED: npm could not install the library: {done.stderr[-200:]}")
    return tmp_path


def verdicts(node: Path, given: list[Delivered]) -> list[dict[str, Any]]:
    """What the library for Node says of each."""
    asked = [{**each._asdict(), "body": each.body.decode()} for each in given]
    done = subprocess.run(
        ["node", "verify.mjs"],
        cwd=node,
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    said: list[dict[str, Any]] = json.loads(done.stdout)
    return said


def test_the_library_for_node_verifies_what_we_deliver_and_nothing_else(
    node: Path, deliveries: list[Delivered]
) -> None:
    forged = deliveries[0]._replace(body=deliveries[1].body)

    *ours, other = verdicts(node, [*deliveries, forged])

    assert [each.get("id") for each in ours] == [
        lower(each.headers)["webhook-id"] for each in deliveries
    ]
    assert "error" in other


def test_the_published_example_is_verified_by_all_alike() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    at = datetime.fromtimestamp(1614265330, UTC)
    theirs = standardwebhooks.Webhook(secret).sign(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", at, body.decode()
    )

    assert sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body) == theirs
