"""`antonnia dev`: what it makes, what it prints, and how it ends."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
from pathlib import Path

import httpx
from given_server import ANTONNIA, SECONDS, Start, answer_to, mode_of, run, wait_until_refused


def test_the_only_output_of_json_is_one_line_and_its_server_answers(start: Start) -> None:
    server = start()

    answer = answer_to(server, "Hello, I need help with my account")
    exit_code, rest = server.stop()

    assert set(json.loads(server.ready_line)) == {"base_url", "token", "organization_id"}
    assert (exit_code, rest) == (0, "")
    assert answer.startswith("Your account is an organization with one or more tokens.")


def test_the_next_start_has_the_same_token_and_organization(start: Start) -> None:
    first = start()
    assert first.stop(signal.SIGINT) == (0, "")

    second = start()

    assert second.token == first.token
    assert second.organization_id == first.organization_id
    with second.client() as client:
        assert list(client.sessions.search()) == []


def test_only_the_owner_can_read_what_it_keeps(start: Start) -> None:
    server = start()

    files = {path.name: mode_of(path) for path in server.directory.iterdir()}

    assert mode_of(server.directory) == "0o700"
    assert {"antonnia.db", "antonnia.db.token", "antonnia.db.server.json"} <= files.keys()
    assert set(files.values()) == {"0o600"}


def test_a_killed_server_is_followed_by_a_new_one(start: Start) -> None:
    killed = start()
    with killed.client() as client:
        session = client.sessions.create("contact", "A contact")
    killed.stop(signal.SIGKILL)
    assert (killed.directory / "antonnia.db.server.json").exists()

    # Its address is not believed by a command, nor by the next server.
    created = run("token", "create", "--organization", "acme", "--data", killed.directory)
    server = start()

    assert created.returncode == 0
    assert server.token == killed.token
    with server.client() as client:
        assert client.sessions.get(session.id).id == session.id


def test_a_request_in_flight_is_finished(start: Start) -> None:
    server = start()
    body = b'{"contact_id": "contact", "contact_name": "A contact"}'
    with socket.create_connection(server.address, timeout=SECONDS) as connection:
        connection.sendall(
            b"POST /conversations/v2/sessions HTTP/1.1\r\nHost: localhost\r\n"
            + f"Authorization: Bearer {server.token}\r\n".encode()
            + f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n".encode()
        )
        # The server asks for the body, so it is at work on the request.
        assert connection.recv(1024).startswith(b"HTTP/1.1 100 ")
        server.process.terminate()
        wait_until_refused(server.address)

        connection.sendall(body)

        assert connection.recv(65_536).startswith(b"HTTP/1.1 201 ")
    assert server.process.wait(SECONDS) == 0


def test_the_test_clock_stands_still_and_is_not_turned_back(start: Start) -> None:
    server = start("--test-clock")
    assert "TEST CLOCK" in (server.directory.parent / "data.log").read_text()
    with server.client() as client:
        first = client.sessions.create("contact", "A contact")
        second = client.sessions.create("contact", "A contact")
    assert first.created_at == second.created_at
    assert _move_clock(server.address, "nobody's", days=10) == (401, "application/problem+json")
    assert _move_clock(server.address, server.token, days=10) == (200, "application/json")
    server.stop()

    server = start("--test-clock")

    with server.client() as client:
        third = client.sessions.create("contact", "A contact")
    assert (third.created_at - first.created_at).days == 10


def test_without_json_it_prints_what_to_paste(tmp_path: Path) -> None:
    command = [ANTONNIA, "dev", "--port", "0", "--data", tmp_path / "data"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.terminate()
        rest = process.stdout.read()

    assert line.startswith("Antonnia is running at http://127.0.0.1:")
    assert "from antonnia.conversations import Conversations" in rest
    assert (tmp_path / "data" / "antonnia.db.token").read_text().strip() in rest


def _move_clock(address: tuple[str, int], token: str, *, days: int) -> tuple[int, str]:
    host, port = address
    response = httpx.post(
        f"http://{host}:{port}/testing/v1/clock",
        json={"advance": days * 24 * 60 * 60},
        headers={"authorization": f"Bearer {token}"},
        timeout=SECONDS,
        trust_env=False,
    )
    return response.status_code, response.headers["content-type"]
