"""`antonnia sessions tail`."""

from __future__ import annotations

import json
import signal
from pathlib import Path

from commands_at_work import AtWork, at_work
from given_server import Server, Start, refused_line, run

from antonnia.conversations.types import MessageContentText, Session

UNKNOWN = MessageContentText(text="Zebra quantum harpsichord?")


def given_question(server: Server, contact_name: str = "John Doe") -> Session:
    with server.client() as client:
        session = client.sessions.create("contact", contact_name)
        client.sessions.messages.create(session.id, UNKNOWN)
        return client.sessions.reply(session.id)


def event_of(tail: AtWork) -> tuple[int, str]:
    event = json.loads(tail.line())
    return event["position"], event["type"]


def test_what_has_just_happened_comes_first(start: Start) -> None:
    server = start()
    session = given_question(server)

    with at_work("sessions", "tail", "--data", server.directory) as tail:
        lines = [tail.line() for _ in range(4)]

    assert [line.split(f"  {session.id}  ")[1] for line in lines] == [
        "opened for John Doe, held by Assistant",
        "John Doe: Zebra quantum harpsichord?",
        "Assistant: I do not know the answer to that, so I am handing you over to a person, "
        "who will answer you here.",
        "handed off; waiting for a person",
    ]


def test_what_happens_comes_as_it_happens(start: Start) -> None:
    server = start()
    with at_work("sessions", "tail", "--json", "--data", server.directory) as tail:
        for number in range(3):
            session = given_question(server)
            told = [json.loads(tail.line()) for _ in range(4)]

            assert [event["position"] for event in told] == [number * 4 + i for i in (1, 2, 3, 4)]
            assert {event["session_id"] for event in told} == {session.id}
        assert tail.end() == 0


def test_it_goes_on_where_it_was_after_a_crash_of_the_server(start: Start) -> None:
    server = start()
    with at_work("sessions", "tail", "--json", "--data", server.directory) as tail:
        given_question(server)
        told = [event_of(tail) for _ in range(4)]
        server.stop(signal.SIGKILL)
        assert tail.complaint() == "antonnia: the server is gone; waiting for it."

        given_question(start())

        told += [event_of(tail) for _ in range(4)]
    kinds = ["session.created", "message.created", "message.created", "session.transferred"]
    assert told == list(enumerate(kinds * 2, 1))


def test_one_session_alone(start: Start) -> None:
    server = start()
    given_question(server)
    ours = given_question(server)

    with at_work(
        "sessions", "tail", "--json", "--session", ours.id, "--data", server.directory
    ) as tail:
        assert json.loads(tail.line())["session_id"] == ours.id
        given_question(server)
        with server.client() as client:
            client.sessions.finish(ours.id)
        told = [json.loads(tail.line()) for _ in range(4)]

    assert {event["session_id"] for event in told} == {ours.id}
    assert told[-1]["type"] == "session.finished"


def test_without_a_server_it_says_what_is_there_and_waits_for_one(start: Start) -> None:
    server = start()
    given_question(server)
    server.stop()

    with at_work("sessions", "tail", "--lines", "1", "--data", server.directory) as tail:
        line = tail.line()
        complaint = tail.complaint()
        session = given_question(start())
        next_line = tail.line()

    assert line.endswith("handed off; waiting for a person")
    assert complaint == "antonnia: no server is running; waiting for one."
    assert next_line.endswith(f"{session.id}  opened for John Doe, held by Assistant")


def test_what_a_contact_writes_does_not_steer_the_terminal(start: Start) -> None:
    server = start()
    given_question(server, contact_name="John\x1b[2J\r\nDoe")

    with at_work("sessions", "tail", "--data", server.directory) as tail:
        line = tail.line()

    assert line.endswith("opened for John�[2J  Doe, held by Assistant")


def test_a_session_that_is_not_there(running: Server) -> None:
    result = run("sessions", "tail", "--session", "sess_none", "--data", running.directory)

    assert refused_line(result) == "antonnia: There is no session 'sess_none'."


def test_a_database_that_is_not_there(tmp_path: Path) -> None:
    result = run("sessions", "tail", "--data", tmp_path / "none")

    assert refused_line(result) == f"antonnia: there is no database at {tmp_path}/none/antonnia.db."
    assert not (tmp_path / "none").exists()
