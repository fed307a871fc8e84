"""`antonnia listen`, and `antonnia trigger` for what it forwards."""

from __future__ import annotations

import pytest
from capturing import CapturingReceiver
from commands_at_work import AtWork, at_work
from given_server import Server, refused_line, run

from antonnia.events import SyncEvents, Webhook
from antonnia.events.types import Event

TYPES = [
    "session.created",
    "session.updated",
    "session.transferred",
    "session.finished",
    "message.created",
    "message.updated",
]


def secret_of(listen: AtWork) -> str:
    """The secret that it says first."""
    said = [listen.line() for _ in range(4)]
    [line] = [line for line in said if "ANTONNIA_WEBHOOK_SECRET=" in line]
    return line.partition("=")[2]


def end_of_log(server: Server) -> str:
    with SyncEvents(server.token, server.base_url) as client:
        return str(max((event.position for event in client.events.iter(limit=1000)), default=0))


def outcome(line: str) -> tuple[str, str]:
    """The type and the status that it prints of an attempt."""
    _, type, _, said = line.split("  ")
    return type, said


def triggered(server: Server, type: str) -> str:
    done = run("trigger", type, "--data", server.directory)
    assert done.returncode == 0, done.stderr
    said, object_id = done.stdout.split()
    assert said == type
    return object_id


def test_what_is_triggered_reaches_the_receiver_signed(running: Server) -> None:
    after = end_of_log(running)
    made = triggered(running, "message.created")
    with CapturingReceiver() as receiver:
        place = ("--after", after, "--data", running.directory)
        with at_work("listen", "--forward-to", receiver.url, *place) as listen:
            secret = secret_of(listen)
            outcomes = [outcome(listen.line()) for _ in range(2)]
            delivered = receiver.wait_for(2)
            assert listen.end() == 0

    events: list[Event] = [Webhook(secret).verify(each.body, each.headers) for each in delivered]
    assert [event.type for event in events] == ["session.created", "message.created"]
    assert events[1].data.object.id == made
    assert [type for type, _ in outcomes] == ["session.created", "message.created"]
    assert all(said.startswith("204 in ") for _, said in outcomes)


def test_what_happens_once_it_says_so_is_forwarded(running: Server) -> None:
    with CapturingReceiver() as receiver:
        place = ("--type", "session.finished", "--data", running.directory)
        with at_work("listen", "--forward-to", receiver.url, *place) as listen:
            secret_of(listen)
            with running.client() as client:
                session = client.sessions.create("contact", "John Doe")
                client.sessions.finish(session.id)

            assert outcome(listen.line())[0] == "session.finished"


def test_the_secret_stays_the_same(running: Server) -> None:
    secrets: set[str] = set()
    for _ in range(2):
        place = ("--forward-to", "http://127.0.0.1:9", "--data", running.directory)
        with at_work("listen", *place) as listen:
            secrets.add(secret_of(listen))

    assert len(secrets) == 1
    assert running.token not in secrets.pop()


def test_a_receiver_that_fails_is_tried_again_and_nothing_is_left_out(running: Server) -> None:
    after = end_of_log(running)
    triggered(running, "session.finished")
    with CapturingReceiver(503, 500) as receiver:
        place = ("--after", after, "--data", running.directory)
        with at_work("listen", "--forward-to", receiver.url, *place) as listen:
            secret_of(listen)
            outcomes = [outcome(listen.line()) for _ in range(4)]
        delivered = receiver.wait_for(4)

    assert [said.split(" in ")[0] for _, said in outcomes] == ["503", "500", "204", "204"]
    assert outcomes[0][1].endswith("; again in 0.5 s")
    ids = [each.headers["webhook-id"] for each in delivered]
    assert len(set(ids[:3])) == 1
    assert len(set(ids)) == 2
    assert len({each.body for each in delivered}) == 2


def test_only_the_types_that_one_wants_are_sent(running: Server) -> None:
    after = end_of_log(running)
    triggered(running, "session.transferred")
    with CapturingReceiver() as receiver:
        place = ("--type", "session.transferred", "--after", after, "--data", running.directory)
        with at_work("listen", "--forward-to", receiver.url, *place) as listen:
            secret_of(listen)
            type, _ = outcome(listen.line())

    assert type == "session.transferred"


def test_what_is_no_url_is_one_line(running: Server) -> None:
    triggered(running, "session.created")

    done = run("listen", "--forward-to", "nowhere", "--after", "0", "--data", running.directory)

    assert done.returncode == 2
    assert "--forward-to is not a URL" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("type", TYPES)
def test_what_is_triggered_really_happens(type: str, running: Server) -> None:
    made = triggered(running, type)

    with SyncEvents(running.token, running.base_url) as client:
        found = client.events.search([type], object_id=made)
    assert [event.type for event in found] == [type]


def test_a_test_is_sent_to_the_webhooks_that_are_enabled(running: Server) -> None:
    with CapturingReceiver() as receiver, SyncEvents(running.token, running.base_url) as client:
        assert "no webhook" in refused_line(
            run("trigger", "webhook.test", "--data", running.directory)
        )
        webhook = client.webhooks.create(receiver.url, ["session.created"])

        assert triggered(running, "webhook.test") == webhook.id

        [delivered] = receiver.wait_for(1)
        client.webhooks.delete(webhook.id)
    assert Webhook(webhook.secret).verify(delivered.body, delivered.headers).type == "webhook.test"


def test_what_cannot_be_triggered_is_said_with_what_can(running: Server) -> None:
    done = run("trigger", "session.create", "--data", running.directory)

    assert done.returncode == 2
    assert "session.created" in done.stderr
