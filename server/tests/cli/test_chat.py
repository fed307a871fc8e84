"""`antonnia chat`."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from commands_at_work import AtWork, Terminal, at_work
from given_server import ANTONNIA, SECONDS, Server, Start, refused_line, run

from antonnia.conversations.types import MessageContentText
from antonnia.orchestrator import SyncOrchestrator

QUESTION = "How do I transfer a session to a human?"
ANSWER = "Call `client.sessions.transfer` with the session's id and the id of a human agent."
UNKNOWN = "Zebra quantum harpsichord?"
PROMPT = "you> "


def piped(questions: str | bytes, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The command with lines of standard input, to its end."""
    return subprocess.run(
        [ANTONNIA, "chat", *arguments],
        input=questions.decode(errors="surrogateescape")
        if isinstance(questions, bytes)
        else questions,
        capture_output=True,
        text=True,
        errors="surrogateescape",
        timeout=SECONDS,
        check=False,
        # Whoever runs the tests may have a server and a token of their own.
        env={name: value for name, value in os.environ.items() if "ANTONNIA" not in name},
    )


@pytest.fixture
def talk(running: Server) -> Iterator[Terminal]:
    """A talk that has just begun, at its prompt."""
    with Terminal("chat", "--data", running.directory) as terminal:
        terminal.until("/help says more.")
        terminal.until(PROMPT)
        yield terminal


def session_of(running: Server, contact: str) -> str:
    with running.client() as client:
        return client.sessions.search(contact)[0].id


def test_an_answer_comes_with_its_source_and_its_confidence(talk: Terminal) -> None:
    talk.type(QUESTION + "\n")

    shown = talk.until(" ms]")
    assert f"Assistant> {ANSWER}" in shown
    assert re.search(
        r"\[answer · How do I transfer .* \(builtin\.md#.*\) · confidence \S+ ·", shown
    )


def test_a_hand_off_is_seen_and_what_a_person_writes_after_it(running: Server) -> None:
    with Terminal("chat", "--contact", "carol", "--data", running.directory) as talk:
        talk.until(PROMPT)
        talk.type(UNKNOWN + "\n")
        talk.until("[handed off to a person: below_confidence")
        talk.until(PROMPT)

        with running.client() as client:
            person = client.agents.create("Ana\x1b[2J", "human", profile_id="ana")
            session_id = session_of(running, "carol")
            client.sessions.transfer(session_id, person.id)
            words = MessageContentText(text="Good\x07 morning,\nI am here.")
            client.sessions.messages.create(session_id, words, "assistant")

        # In the middle of the contact's own line, which stays, and is sent afterwards.
        assert "Ana�[2J> Good� morning," in talk.until("I am here.")
        talk.until(PROMPT)
        talk.type("Thank you\n")
        talk.until("[Ana�[2J will read it; /new goes back to the assistant]")

    with running.client() as client:
        *_, last = client.sessions.messages.search(session_id)
        assert last.content == MessageContentText(text="Thank you")


def test_a_suggestion_is_picked_by_its_number(running: Server, talk: Terminal) -> None:
    talk.type(doubtful_question(running) + "\n")
    talk.until("[suggestion · ")
    talk.until(PROMPT)

    talk.type("1\n")

    assert "Source: builtin.md#" in talk.until("[answer · ")


def doubtful_question(running: Server) -> str:
    """One that nothing answers well enough, and something nearly does; found by asking."""
    with SyncOrchestrator(running.token, running.base_url) as orchestrator:
        known = [
            (base.id, entry.title)
            for base in orchestrator.knowledge.search()
            for entry in orchestrator.knowledge.entries.search(base.id)
        ]
        for base_id, title in known:
            first, *_, last = title.removesuffix("?").split()
            for question in (f"{last} harpsichord", f"{first} {last} zebra harpsichord", last):
                if orchestrator.knowledge.decide(base_id, question).outcome == "suggestion":
                    return question
    pytest.fail("no question is doubtful")


def test_why_says_what_was_found_and_what_was_near(talk: Terminal) -> None:
    talk.type("/why\n")
    talk.until("Nothing has been answered yet.")
    talk.type(QUESTION + "\n")
    talk.until(" ms]")

    talk.type("/why\n")

    told = talk.until("Near misses, as of now:")
    assert f"Asked: {QUESTION}\r\nIt was answered with:\r\n  How do I transfer " in told
    near = talk.until(PROMPT).splitlines()[1:-1]
    assert 1 <= len(near) <= 3
    assert all(re.fullmatch(r"  .+ \(builtin\.md#.+\), confidence 0\.\d\d", line) for line in near)
    assert not any(QUESTION in line for line in near)


def test_why_says_the_reason_of_a_hand_off(talk: Terminal) -> None:
    talk.type(UNKNOWN + "\n")
    talk.until(" ms]")

    talk.type("/why\n")

    talk.until(f"Asked: {UNKNOWN}")
    talk.until("It was handed to a person: nothing that is known is near enough.")
    talk.until("The best confidence was 0.")


def test_why_says_what_was_suggested_and_what_was_chosen(running: Server, talk: Terminal) -> None:
    talk.type(doubtful_question(running) + "\n")
    talk.until("[suggestion · ")
    talk.type("/why\n")
    talk.until("These were suggested:")
    talk.until("(builtin.md#")
    talk.type("1\n")
    talk.until("[answer · ")

    talk.type("/why\n")

    talk.until("Chosen: ")
    talk.until("It was answered with:")


def test_why_has_all_of_it_as_json(talk: Terminal) -> None:
    talk.type(UNKNOWN + "\n")
    talk.until(" ms]")

    talk.type("/why --json\n")

    talk.until('"question": "Zebra quantum harpsichord?"')
    talk.until('"reason": "below_confidence"')
    talk.until('"type": "hand_off"')


def test_why_is_told_of_more_than_can_be_asked_at_once(running: Server) -> None:
    with running.client() as client:
        session = client.sessions.create("carol", "Carol")
        for _ in range(2):
            words = MessageContentText(text="zebra " * 10_000)
            client.sessions.messages.create(session.id, words)

    with Terminal("chat", "--session", session.id, "--data", running.directory) as talk:
        talk.until(PROMPT)
        talk.type(UNKNOWN + "\n")
        talk.until(" ms]")
        talk.type("/why\n")
        talk.until("It was handed to a person:")


def test_a_new_session_can_be_begun(talk: Terminal) -> None:
    talk.type(UNKNOWN + "\n")
    talk.until("[handed off")

    talk.type("/new\n")

    talk.until("A new session, sess_")
    talk.type(QUESTION + "\n")
    talk.until("[answer")


@pytest.mark.parametrize("way", ["/quit\n", "\x04"], ids=["quit", "Ctrl-D"])
def test_leaving(talk: Terminal, way: str) -> None:
    talk.type("/quite\n")
    talk.until("There is no /quite; /help says what there is.")
    talk.type("/help\n")
    talk.until("/quit   leave")
    talk.until(PROMPT)

    talk.type(way)

    assert talk.ended() == 0


def test_ctrl_c_leaves_at_the_prompt(talk: Terminal) -> None:
    assert talk.interrupted() == 0


def test_each_line_of_a_pipe_is_a_message(running: Server) -> None:
    result = piped(f"{QUESTION}\n\n{UNKNOWN}\n{QUESTION}\n", "--data", running.directory)

    assert (result.returncode, result.stderr) == (0, "")
    lines = [line.split(" · ")[0] for line in result.stdout.splitlines()]
    assert lines[1].startswith(f"Assistant> {ANSWER}")
    assert [line for line in lines if line.startswith(("you> ", "  ["))] == [
        f"you> {QUESTION}",
        "  [answer",
        f"you> {UNKNOWN}",
        "  [handed off to a person: below_confidence",
        f"you> {QUESTION}",
        "  [answer",
    ]


def test_a_session_that_waits_for_a_person_is_not_left(running: Server) -> None:
    with running.client() as client:
        session = client.sessions.create("carol", "Carol")
        client.sessions.transfer(session.id, None)

    result = piped("Anyone?\n", "--session", session.id, "--data", running.directory)

    assert result.stdout.splitlines() == [
        "you> Anyone?",
        "  [nobody has answered; the session waits for a person]",
    ]


def test_a_line_of_json_for_each_question(running: Server) -> None:
    questions = f"{QUESTION}\n{UNKNOWN}\n{QUESTION}\n"

    result = piped(questions, "--json", "--data", running.directory)

    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert [each["outcome"] for each in told] == ["answer", "hand_off", "answer"]
    assert told[0]["text"].startswith(ANSWER)
    assert len(told[0]["sources"]) == 1
    assert told[1]["reason"] == "below_confidence"
    assert told[0]["session_id"] == told[1]["session_id"] != told[2]["session_id"]


def test_without_a_server_it_brings_its_own_for_the_time_of_the_talk(tmp_path: Path) -> None:
    first = piped(QUESTION, "--json", "--data", tmp_path)
    second = piped(QUESTION, "--json", "--data", tmp_path)

    assert [json.loads(result.stdout)["outcome"] for result in (first, second)] == ["answer"] * 2


def test_its_own_server_ends_with_it_however_it_ends(tmp_path: Path) -> None:
    with at_work("chat", "--json", "--data", tmp_path) as talk:
        talk.type(QUESTION + "\n")
        assert json.loads(talk.line())["outcome"] == "answer"
        talk.end(signal.SIGKILL)

    assert run("token", "create", "--organization", "acme", "--data", tmp_path).returncode == 0


def test_the_server_may_be_killed_in_the_middle(start: Start) -> None:
    server = start()
    port = str(server.address[1])
    with at_work("chat", "--json", "--contact", "carol", "--data", server.directory) as talk:
        _ask(talk, QUESTION)
        server.stop(signal.SIGKILL)
        talk.type(QUESTION + "\n")
        assert talk.complaint() == "antonnia: the server does not answer; waiting for it."

        server = start("--port", port)

        assert json.loads(talk.line())["outcome"] == "answer"
    with server.client() as client:
        roles = [m.role for m in client.sessions.messages.search(session_of(server, "carol"))]
    assert roles == ["user", "assistant"] * 2


@pytest.mark.parametrize(("status", "code"), [(500, "server_error"), (503, "storage_damaged")])
def test_what_lasts_is_said_and_not_waited_for(status: int, code: str) -> None:
    class Broken(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.dumps({"code": code, "detail": "It cannot be read."}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/problem+json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the test tells what it expects."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Broken) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_port}"
            result = piped("Hello", "--url", url, "--token", "antn_any")
        finally:
            server.shutdown()
            thread.join()

    assert "It cannot be read." in refused_line(result)


def _ask(talk: AtWork, question: str) -> None:
    talk.type(question + "\n")
    assert json.loads(talk.line())["outcome"] == "answer"


def test_a_token_that_is_not_one(running: Server) -> None:
    result = piped("Hello", "--url", running.base_url, "--token", "antn_nothing")

    assert "This is not a token of this platform." in refused_line(result)


def test_an_address_where_nobody_is(running: Server) -> None:
    result = piped("Hello", "--url", "http://127.0.0.1:9", "--token", running.token)

    assert "no answer from POST http://127.0.0.1:9/" in refused_line(result)


def test_what_is_no_text_is_shown_as_such(running: Server) -> None:
    result = piped(b"caf\xe9 harpsichord?\n", "--json", "--data", running.directory)

    assert json.loads(result.stdout)["question"] == "caf\ufffd harpsichord?"


def test_a_session_that_is_not_there(running: Server) -> None:
    result = piped("Hello", "--session", "sess_none", "--data", running.directory)

    assert "There is no session 'sess_none'." in refused_line(result)


def test_a_server_without_a_kept_token_needs_one(running: Server) -> None:
    result = piped("Hello", "--url", running.base_url)

    assert refused_line(result) == "antonnia: give a --token; `antonnia token create` makes one."
