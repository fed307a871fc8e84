"""Whether a database keeps what was acknowledged, once, and nothing that nobody asked for."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from consistency import NOT_OURS_TO_ANSWER, State
from crash.attempts import Attempt, Journal
from stored import Row, Stored

from antonnia.conversations import Conversations
from antonnia.conversations.types import Message, Session


async def check_what_the_api_shows(client: Conversations, attempts: Iterable[Attempt]) -> None:
    """The sessions of these attempts, read with the SDK, hold every acknowledged answer."""
    acknowledged: defaultdict[str, list[Session | Message]] = defaultdict(list)
    for attempt in attempts:
        if isinstance(attempt.answer, Message):
            acknowledged[attempt.answer.session_id].append(attempt.answer)
        elif attempt.answer is not None:
            acknowledged[attempt.answer.id].append(attempt.answer)
    for session_id, answers in acknowledged.items():
        session = await client.sessions.get(session_id)
        page = await client.sessions.messages.search(session_id, limit=1000)
        messages = [message async for message in page.iterate_all()]
        assert [message.position for message in messages] == list(range(1, len(messages) + 1))
        for answer in answers:
            if isinstance(answer, Message):
                assert messages[answer.position - 1] == answer
            else:
                assert session.epoch >= answer.epoch
                assert session.contact_id == answer.contact_id


def check_acknowledged(journal: Journal, stored: Stored, states: dict[str, list[State]]) -> None:
    """Each acknowledged attempt had one effect, each unanswered one at most one."""
    _check_sessions(journal, stored, states)
    _check_messages(journal, stored)
    _check_updates(journal, stored)
    _check_idempotency_keys(journal, stored)


def _check_sessions(journal: Journal, stored: Stored, states: dict[str, list[State]]) -> None:
    """What was answered is, whole, a state that the session has really had."""
    made = Counter(session["contact_id"] for session in stored.sessions.values())
    for attempt in journal.attempts:
        if attempt.kind == "create":
            _check_count(made.pop(attempt.marker, 0), [attempt])
    assert not made, f"sessions that nobody asked for: {made}"
    parsed = {
        session_id: [Session.model_validate(state) for state in history]
        for session_id, history in states.items()
    }
    for attempt in journal.attempts:
        if isinstance(attempt.answer, Session):
            assert attempt.answer in parsed[attempt.answer.id], attempt


def _check_messages(journal: Journal, stored: Stored) -> None:
    """A message that several attempts asked for, as one of a channel may be, is there once."""
    wanted: defaultdict[str, list[Attempt]] = defaultdict(list)
    for attempt in journal.attempts:
        if attempt.kind == "message":
            wanted[attempt.content_marker].append(attempt)
    posted = {
        event["object_id"]: Message.model_validate(event["data"]["object"])
        for event in stored.events
        if event["type"] == "message.created"
    }
    counted = Counter(
        message["content"]["template_id"]
        for message in stored.messages.values()
        if message["run_id"] is None
    )
    for marker, attempts in wanted.items():
        _check_count(counted.pop(marker, 0), attempts)
        for attempt in attempts:
            if isinstance(attempt.answer, Message):
                assert posted[attempt.answer.id] == attempt.answer
    assert not counted, f"messages that nobody asked for: {counted}"


def _check_updates(journal: Journal, stored: Stored) -> None:
    announced = Counter(
        event["data"]["object"]["metadata"].get("marker")
        for event in stored.events
        if event["type"] == "session.updated"
    )
    for attempt in journal.attempts:
        if attempt.kind == "update":
            metadata = attempt.arguments.get("fields", attempt.arguments)["metadata"]
            _check_count(announced.pop(metadata["marker"], 0), [attempt])
    assert not announced, f"changes that nobody asked for: {announced}"


def _check_idempotency_keys(journal: Journal, stored: Stored) -> None:
    """The key of each acknowledged POST keeps its answer; a refused one keeps nothing."""
    for attempt in journal.attempts:
        key = stored.idempotency_keys.get(attempt.marker)
        if attempt.refusal is not None:
            assert key is None, attempt
        elif attempt.answer is not None and attempt.kind != "update":
            assert key is not None, attempt
            assert type(attempt.answer).model_validate(key["body"]) == attempt.answer


def _check_count(count: int, attempts: list[Attempt]) -> None:
    """How often an effect may be there that all of these attempts asked for."""
    if any(attempt.is_acknowledged for attempt in attempts):
        assert count == 1, (count, attempts)
    elif any(attempt.is_open for attempt in attempts):
        assert count <= 1, (count, attempts)
    else:
        assert count == 0, (count, attempts)


def check_replies(journal: Journal, stored: Stored) -> None:
    """Each acknowledged reply has its window, and that left nothing unanswered without a reason."""
    asked = Counter(
        attempt.session_id
        for attempt in journal.attempts
        if attempt.opens_window and attempt.refusal is None
    )
    for session_id, windows in stored.windows_of.items():
        assert len(windows) <= asked[session_id], f"{session_id} has windows nobody asked for"
    contact_messages: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for attempt in journal.attempts:
        if isinstance(attempt.answer, Message) and attempt.answer.role == "user":
            known = (attempt.answered_at, attempt.answer.position)
            contact_messages[attempt.session_id].append(known)
    for attempt in journal.attempts:
        answer = attempt.answer
        if not attempt.opens_window or not isinstance(answer, Session):
            continue
        if answer.agent is None or answer.agent.type != "ai":
            continue
        # Its own window, or one that it moved.
        windows = [
            window
            for window in stored.windows_of[answer.id]
            if window["opened_at"] <= attempt.answered_at
            and _was_open_until(stored, window) >= attempt.sent_at
        ]
        assert windows, f"an acknowledged reply has no window: {attempt}"
        before = (p for at, p in contact_messages[answer.id] if at <= attempt.sent_at)
        newest = max(before, default=0)
        assert any(_settles(stored, window, newest) for window in windows), attempt


def _was_open_until(stored: Stored, window: Row) -> int:
    """Until when a reply could move it. One that has waited for another may move it back a bit."""
    begun = [run["started_at"] for run in stored.runs_of_job[window["id"]]]
    return max(window["due_at"], min(begun, default=window["closed_at"]))


def _settles(stored: Stored, window: Row, position: int) -> bool:
    """Whether, when the window ended, nothing up to `position` was left for an AI to answer."""
    if window["reason"] in NOT_OURS_TO_ANSWER:
        return True
    thread = stored.threads.get(window["session_id"])
    runs = [] if thread is None else stored.runs_of_thread[thread["id"]]
    answered = (
        run["input_position"]
        for run in runs
        if run["status"] == "completed" and run["finished_at"] <= window["closed_at"]
    )
    return max(answered, default=0) >= position
