"""What has to hold in every database, whatever was done and wherever the server was killed."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from stored import Stored

# What the platform does for itself, again and again.
STANDING = ["delete_idempotency_keys", "delete_old_audit_entries", "delete_old_events"]
# A person has the session, nobody has it, or it is over: nothing may be said.
NOT_OURS_TO_ANSWER = {"session_closed", "no_agent", "agent_not_ai"}
# A run that waited for its next attempt, while another answered or the session changed hands.
OVERTAKEN = {"epoch_changed", "answered", "assistant_changed"}
SILENCES = NOT_OURS_TO_ANSWER | {"nothing_unanswered"}
# Why an agent of ours hands a session to a person when nothing fails.
HAND_OFFS = {"below_confidence", "asked_for_person"}
_STATE = ("contact_name", "status", "metadata", "epoch")

State = dict[str, Any]


def check_consistency(stored: Stored) -> dict[str, list[State]]:
    """Check all of it; the states that each session has gone through, as its events tell them."""
    assert stored.integrity[0][0] == "ok", [tuple(row) for row in stored.integrity]
    assert stored.foreign_keys == []
    _check_positions(stored)
    states = _replay(stored)
    _check_that_the_log_tells_what_is_there(stored, states)
    _check_windows(stored)
    _check_runs(stored)
    _check_gaps(stored)
    assert sorted(job["name"] for job in stored.jobs) == STANDING
    assert {job["status"] for job in stored.jobs} == {"pending"}
    return states


def _check_positions(stored: Stored) -> None:
    """Messages count from 1 in each session, events from 1 in the log; no gap, no double."""
    for session in stored.sessions.values():
        positions = [message["position"] for message in stored.messages_of[session["id"]]]
        assert positions == list(range(1, session["last_position"] + 1)), session["id"]
    positions = [event["position"] for event in stored.events]
    assert positions == list(range(1, len(positions) + 1))
    assert [row["last_position"] for row in stored.event_positions] == [len(positions)]


def _replay(stored: Stored) -> dict[str, list[State]]:
    """Go through the log as a reader would; each event has to follow from those before it."""
    states: dict[str, list[State]] = {}
    last_positions: dict[str, int] = {}
    for event in stored.events:
        state = event["data"]["object"]
        assert event["object_id"] == state["id"]
        if event["type"] == "session.created":
            assert state["id"] not in states
            assert state["epoch"] == 1
            states[state["id"]] = [state]
            last_positions[state["id"]] = 0
        elif event["type"] == "message.created":
            position = last_positions[state["session_id"]] + 1
            assert state["position"] == position, event
            last_positions[state["session_id"]] = position
            _follow_message(stored, states[state["session_id"]], state)
        elif event["type"] == "message.updated":
            assert state["position"] <= last_positions[state["session_id"]], event
        else:
            _follow_change(event["type"], states[state["id"]], state)
    return states


def _follow_message(stored: Stored, states: list[State], message: State) -> None:
    session = states[-1]
    holder = session["agent"]
    assert session["status"] == "open", f"{message['id']} was posted in a closed session"
    if message["role"] == "user":
        return
    if message["run_id"] is not None:
        # No agent of ours has ever talked over whoever held the session at that moment.
        assert holder is not None, f"{message['id']}: nobody held the session"
        assert holder["type"] == "ai", f"{message['id']}: a person held the session"
        assert holder["id"] == message["agent_id"], f"{message['id']}: another agent held it"
        run = stored.runs[message["run_id"]]
        assert run["epoch"] == session["epoch"], f"{message['id']} is of another epoch"
    is_human = message["agent_id"] and stored.agents[message["agent_id"]]["type"] == "human"
    if is_human or holder is None or holder["type"] != "ai":
        states.append({**session, "epoch": session["epoch"] + 1})


def _follow_change(type: str, states: list[State], after: State) -> None:
    """One event for each change, and no event without one."""
    before = states[-1]
    if type == "session.transferred":
        grown = 1
        assert after["agent"] != before["agent"], "a transfer to the same agent was announced"
    elif type == "session.finished":
        grown = 1
        assert (before["status"], after["status"]) == ("open", "closed")
    else:
        assert type == "session.updated", type
        grown = 1 if (before["status"], after["status"]) == ("closed", "open") else 0
        changed = {name for name in after if after[name] != before[name]}
        assert changed - {"updated_at"}, "an update that changed nothing was announced"
    assert after["epoch"] == before["epoch"] + grown, (type, before, after)
    states.append(after)


def _check_that_the_log_tells_what_is_there(stored: Stored, states: dict[str, list[State]]) -> None:
    """One event for each message, and the last state of each session is the stored one."""
    posted = [event for event in stored.events if event["type"] == "message.created"]
    assert len(posted) == len(stored.messages)
    assert {event["object_id"] for event in posted} == set(stored.messages)
    for event in posted:
        told, row = event["data"]["object"], stored.messages[event["object_id"]]
        for name in ("session_id", "position", "role", "agent_id", "run_id"):
            assert told[name] == row[name], event
        assert told["content"] == row["content"]
    assert set(states) == set(stored.sessions)
    for session_id, session in stored.sessions.items():
        last = states[session_id][-1]
        assert {name: last[name] for name in _STATE} == {name: session[name] for name in _STATE}
        assert (last["agent"] or {}).get("id") == session["agent_id"], session_id


def _check_windows(stored: Stored) -> None:
    """Every window has ended, with what belongs to its outcome: one message, or none."""
    spoken: set[str] = set()
    for window in stored.windows:
        outcome, run_id = window["outcome"], window["run_id"]
        messages = stored.messages_of_run[run_id] if run_id else []
        runs = stored.runs_of_job[window["id"]]
        completed = [run["id"] for run in runs if run["status"] == "completed"]
        assert window["closed_at"] >= window["due_at"], f"it ended before it was due: {window}"
        if outcome == "silence":
            assert window["reason"] in SILENCES, window
            assert completed == [], window
            assert all(not stored.messages_of_run[run["id"]] for run in runs), window
        else:
            assert outcome in ("answer", "suggestion", "hand_off"), window
            reasons = HAND_OFFS if outcome == "hand_off" else {None}
            assert window["reason"] in reasons, window
            assert completed == [run_id], window
            assert [message["role"] for message in messages] == ["assistant"], window
            spoken.add(messages[0]["id"])
    by_runs = {message["id"] for rows in stored.messages_of_run.values() for message in rows}
    assert by_runs == spoken, "a run has spoken outside of its window"


def _check_runs(stored: Stored) -> None:
    """No run is left unfinished, no step is missing, and nothing was answered twice."""
    windows = {window["id"]: window for window in stored.windows}
    spoken = {"answer": "message", "suggestion": "message", "hand_off": "hand_off"}
    for run in stored.runs.values():
        window = windows[run["job_id"]]
        steps = sorted(stored.steps_of[run["id"]], key=lambda step: step["index"])
        assert [step["index"] for step in steps] == list(range(len(steps))), run
        if run["status"] == "completed":
            assert window["run_id"] == run["id"], "one window was answered twice"
            types = [step["type"] for step in steps]
            assert types == ["retrieval", spoken[window["outcome"]]], run
        else:
            assert run["status"] == "cancelled", run
            assert run["last_error"]["code"] in OVERTAKEN | SILENCES, run
    for thread in stored.threads.values():
        runs = sorted(stored.runs_of_thread[thread["id"]], key=lambda run: run["finished_at"])
        inputs = [run["input_position"] for run in runs if run["status"] == "completed"]
        assert inputs == sorted(set(inputs)), "one message was answered twice"
        assert thread["answered_position"] == (inputs[-1] if inputs else 0)
        for one, next_one in pairwise(run for run in runs if run["status"] == "completed"):
            both = [windows[run["job_id"]]["outcome"] for run in (one, next_one)]
            # Who came in between may have changed what the contact asks.
            assert both != ["suggestion"] * 2 or one["epoch"] != next_one["epoch"], next_one


def _check_gaps(stored: Stored) -> None:
    """Each question that was not answered was counted once, and nothing else was."""
    asked = 0
    for run in stored.runs.values():
        if run["status"] == "completed":
            [retrieval] = [step for step in stored.steps_of[run["id"]] if step["index"] == 0]
            found, question = retrieval["output"], retrieval["input"].get("question", "")
            is_unknown = found["reason"] == "below_confidence"
            is_doubtful = found["outcome"] == "suggestion"
            asked += (is_unknown or is_doubtful) and any(map(str.isalpha, question))
    assert sum(gap["times_asked"] for gap in stored.gaps) == asked
