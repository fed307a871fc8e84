"""`antonnia events tail`."""

from __future__ import annotations

import json
import signal
import socket
from pathlib import Path

from commands_at_work import AtWork, at_work
from given_server import Server, Start, refused_line, run

from antonnia.conversations.types import MessageContentText, Session


def given_session(server: Server) -> Session:
    with server.client() as client:
        session = client.sessions.create("contact", "John Doe")
        client.sessions.messages.create(session.id, MessageContentText(text="Hello"))
        return session


def told_by(tail: AtWork, count: int) -> list[tuple[int, str]]:
    events = [json.loads(tail.line()) for _ in range(count)]
    return [(event["position"], event["type"]) for event in events]


def test_the_log_is_told_from_where_one_says_and_then_as_it_grows(start: Start) -> None:
    server = start()
    session = given_session(server)

    with at_work("events", "tail", "--after", "0", "--data", server.directory) as tail:
        lines = [tail.line().split("  ")[1:] for _ in range(2)]
        given_session(server)
        lines += [tail.line().split("  ")[1:] for _ in range(2)]
        assert tail.end() == 0

    assert [line[:2] for line in lines] == [
        ["1", "session.created"],
        ["2", "message.created"],
        ["3", "session.created"],
        ["4", "message.created"],
    ]
    assert lines[0][2] == session.id


def test_an_event_is_told_as_the_api_has_it(start: Start) -> None:
    server = start()
    session = given_session(server)
    place = ("--url", server.base_url, "--token", server.token)

    with at_work("events", "tail", "--json", "--after", "0", *place) as tail:
        event = json.loads(tail.line())

    assert event["data"]["object"] == session.model_dump(mode="json")


def test_only_the_types_that_one_wants_are_told(start: Start) -> None:
    server = start()
    given_session(server)
    given_session(server)
    only = ("--type", "message.*", "--after", "0", "--json", "--data", server.directory)

    with at_work("events", "tail", *only) as tail:
        assert told_by(tail, 2) == [(2, "message.created"), (4, "message.created")]


def test_a_server_that_is_killed_is_waited_for_and_nothing_is_left_out(
    start: Start, tmp_path: Path
) -> None:
    port = str(free_port())
    server = start("--port", port)
    with at_work("events", "tail", "--json", "--after", "0", "--data", server.directory) as tail:
        given_session(server)
        told = told_by(tail, 2)
        server.stop(signal.SIGKILL)
        assert "open again in" in tail.complaint()

        given_session(start("--port", port))

        told += told_by(tail, 2)
    assert told == list(enumerate(["session.created", "message.created"] * 2, 1))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def test_where_no_server_runs_it_says_so(tmp_path: Path) -> None:
    assert "no server is running" in refused_line(run("events", "tail", "--data", tmp_path))


def test_what_the_server_refuses_is_one_line(running: Server) -> None:
    wrong = run("events", "tail", "--url", running.base_url, "--token", "ant_wrong")
    no_type = run("events", "tail", "--type", "Session", "--data", running.directory)

    assert "invalid_token" in refused_line(wrong)
    assert "types" in refused_line(no_type)
