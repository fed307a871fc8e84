"""What our contract asks of an answer beyond the OpenAPI document, as checks of Schemathesis.

Loaded by the command `schemathesis`, in its own process.
"""

from __future__ import annotations

import functools
import itertools
import os
import re
import time
from collections.abc import Collection
from typing import Any
from uuid import uuid4

import httpx
import schemathesis
from schemathesis import Case, CheckContext, HookContext, Response
from schemathesis.generation.meta import TestPhase

from antonnia.conversations import SyncConversations
from antonnia.conversations.exceptions import AntonniaError
from antonnia.conversations.types import MessageContentText
from antonnia.events import SyncEvents
from antonnia.orchestrator import SyncOrchestrator

_PLACE = (os.environ["ANTONNIA_TOKEN"], os.environ["ANTONNIA_BASE_URL"])
_CLIENT = SyncConversations(*_PLACE)
_ORCHESTRATOR = SyncOrchestrator(*_PLACE)
_EVENTS = SyncEvents(*_PLACE)
_HTTP = httpx.Client(base_url=_PLACE[1], headers={"authorization": f"Bearer {_PLACE[0]}"})
# Nobody listens there. Whatever else a URL leads to is not to be sent anything by a test.
_URL = "http://127.0.0.1:9/"
# An organization has a hundred at most.
_MANY_WEBHOOKS = 10
# Paths that end so want an open session, and an earlier request may have closed any other.
_OF_OPEN_SESSIONS = {"messages", "reply", "transfer"}
# Of so many requests one keeps all that was made up for it, and is mostly refused for that.
_ONE_IN = 8
_OF_FRAMING = {"connection", "content-length", "expect", "host", "transfer-encoding", "upgrade"}
_SECONDS = 30
_numbers = itertools.count()
_MEMBERS = {"type", "title", "status", "detail", "code", "request_id"}
# The kinds of field errors that only a rule of the server finds, and no schema can say.
_OF_RULES = {"value_error", "unstorable_text", "unstorable_value"}
_OF_SYNTAX = {"malformed_json", "unknown_field", "bad_request", "body_too_large"}


@schemathesis.hook
def before_call(ctx: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """Lead most requests that are well formed past what would refuse nearly all of them.

    That is: keys that were used before, epochs that are not the session's, agents and bases that do
    not exist, and sessions that an earlier request has closed.
    """
    # Made-up headers of these names say how the request is framed. What comes of that is no answer
    # of an operation; tests of the edge ask for it.
    for name in [name for name in case.headers or {} if name.lower() in _OF_FRAMING]:
        del case.headers[name]
    if case.path_parameters.get("token_id") == _own_token():
        # Whoever took it from an answer would end the whole run with it.
        case.path_parameters["token_id"] = _new_token()
    if case.meta is None or case.meta.generation.mode.is_negative:
        return
    number = next(_numbers)
    # Of those that follow from an earlier answer, each: a 404 for an id in the body would be taken
    # for the loss of what was just made.
    is_chained = case.meta.phase.name == TestPhase.STATEFUL
    if number % _ONE_IN == 0 and not is_chained:
        return
    case.headers.pop("If-Session-Epoch", None)
    if "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = f"key-{number}"
    _lead_to_what_exists(case)


def _lead_to_what_exists(case: Case) -> None:
    last = case.operation.path.rpartition("/")[2]
    if last in _OF_OPEN_SESSIONS and "session_id" in case.path_parameters:
        case.path_parameters["session_id"] = _new_session_id()
    if "gap_id" in case.path_parameters:
        case.path_parameters.update(_new_gap())
    if "run_id" in case.path_parameters:
        case.path_parameters["run_id"] = _run_id()
    if case.method == "DELETE" and last == "{knowledge_id}":
        case.path_parameters["knowledge_id"] = _new_base_id()
    if case.path_parameters.keys() & {"webhook_id", "delivery_id", "event_id"}:
        case.path_parameters.update(_new_delivery(case.path_parameters))
    if "token_id" in case.path_parameters:
        case.path_parameters["token_id"] = _new_token()
    if case.path_parameters.keys() & {"member_id", "user_id"}:
        made = _new_member()
        for name in case.path_parameters.keys() & made.keys():
            case.path_parameters[name] = made[name]
    if "organization_id" in case.path_parameters:
        case.path_parameters["organization_id"] = _new_organization()
    if not isinstance(case.body, dict):
        return
    if isinstance(case.body.get("permissions"), list):
        case.body["permissions"] = ["conversations:read"]
    if last == "tokens":
        # Of a time that is not over, and of nobody who does not exist.
        case.body.pop("expires_at", None)
        case.body.pop("user_id", None)
    if isinstance(case.body.get("url"), str):
        case.body["url"] = _URL
    if isinstance(case.body.get("headers"), dict):
        case.body["headers"] = {"X-Key": "1"}
    if last == "answer":
        # One of the two ways; entries that exist are not known here.
        case.body.pop("entry_id", None)
        case.body.setdefault("text", "An answer.")
    for fields in (case.body, case.body.get("fields")):
        if isinstance(fields, dict) and isinstance(fields.get("agent_id"), str):
            fields["agent_id"] = _agent_id()
        if isinstance(fields, dict) and isinstance(fields.get("assistant_id"), str):
            fields["assistant_id"] = _assistant_id()
        if isinstance(fields, dict) and isinstance(fields.get("knowledge_ids"), list):
            fields["knowledge_ids"] = []
    if last == "sessions" and case.body.get("status") == "closed":
        case.body["status"] = "open"
    if last == "messages" and case.body.get("role") != "assistant":
        case.body.pop("agent_id", None)
    if isinstance(case.body.get("session_id"), str) and "session_id" in case.path_parameters:
        case.body["session_id"] = case.path_parameters["session_id"]


@functools.cache
def _own_token() -> str:
    return str(_HTTP.get("/auth/v1/me").raise_for_status().json()["token"]["id"])


def _new_token() -> str:
    body = {"name": "Ada", "permissions": ["conversations:read"]}
    answer = _HTTP.post("/auth/v1/tokens", json=body)
    return str(answer.raise_for_status().json()["id"])


def _new_member() -> dict[str, str]:
    body = {"email": f"{uuid4().hex}@example.com", "role": "viewer"}
    made = _HTTP.post("/auth/v1/members", json=body).raise_for_status().json()
    return {"member_id": made["id"], "user_id": made["user_id"]}


def _new_organization() -> str:
    answer = _HTTP.post("/auth/v1/organizations", json={"name": "Child"})
    return str(answer.raise_for_status().json()["id"])


def _new_session_id() -> str:
    return _CLIENT.sessions.create("contact_1", "Jane", agent_id=_agent_id()).id


def _new_base_id() -> str:
    return _ORCHESTRATOR.knowledge.create(f"Base {uuid4().hex}").id


def _new_gap() -> dict[str, str]:
    """A question that an assistant could not answer, by what stands in its path."""
    try:
        return _gap_of(*_workshop())
    except (AntonniaError, AssertionError):
        # An earlier request has deleted or changed the base, the assistant or the agent.
        _workshop.cache_clear()
        return _gap_of(*_workshop())


def _gap_of(knowledge_id: str, agent_id: str) -> dict[str, str]:
    # No words: those of a question that was answered before would be known by now.
    question = f"{uuid4().hex}?"
    _hand_off(question, agent_id)
    for gap in _ORCHESTRATOR.knowledge.gaps.search(knowledge_id, order="newest"):
        if gap.question == question:
            return {"knowledge_id": knowledge_id, "gap_id": gap.id}
    raise AssertionError(f"no gap was kept of {question!r}")


def _new_delivery(wanted: Collection[str]) -> dict[str, str]:
    """Ids of a webhook, and of a test that is on its way to it, of those that are wanted."""
    found = _EVENTS.webhooks.search(limit=1000)
    if len(found) > _MANY_WEBHOOKS:
        for webhook in found:
            _EVENTS.webhooks.delete(webhook.id)
    webhook_id = _EVENTS.webhooks.create(_URL, ["nothing.happens"]).id
    delivery = _EVENTS.webhooks.test(webhook_id)
    ids = {
        "webhook_id": webhook_id,
        "delivery_id": delivery.id,
        "event_id": delivery.event_id,
    }
    return {name: value for name, value in ids.items() if name in wanted}


@functools.cache
def _workshop() -> tuple[str, str]:
    """A base, and an agent that answers from it alone."""
    base = _ORCHESTRATOR.knowledge.create(f"Workshop {uuid4().hex}")
    assistant = _ORCHESTRATOR.assistants.create("Bob", knowledge_ids=[base.id])
    return base.id, _CLIENT.agents.create("Bob", "ai", assistant_id=assistant.id).id


@functools.cache
def _run_id() -> str:
    _, agent_id = _workshop()
    session_id = _hand_off(f"{uuid4().hex}?", agent_id)
    [said] = _CLIENT.sessions.messages.search(session_id, role="assistant")
    assert said.run_id is not None
    return said.run_id


def _hand_off(question: str, agent_id: str) -> str:
    """The session in which the agent had no answer to the question."""
    session = _CLIENT.sessions.create("contact_1", "Jane", agent_id=agent_id)
    _CLIENT.sessions.messages.create(session.id, MessageContentText(text=question))
    _CLIENT.sessions.reply(session.id)
    deadline = time.monotonic() + _SECONDS
    while _CLIENT.sessions.get(session.id).agent is not None:
        assert time.monotonic() < deadline, f"{question!r} was not handed off"
        time.sleep(0.01)
    return session.id


@functools.cache
def _agent_id() -> str:
    return _CLIENT.agents.create("Ada", "ai", assistant_id=_assistant_id()).id


@functools.cache
def _assistant_id() -> str:
    return _ORCHESTRATOR.assistants.create("Ada").id


@schemathesis.check
def refusal_is_a_problem(ctx: CheckContext, response: Response, case: Case) -> None:
    """Every refusal is a whole problem document, about itself."""
    if response.status_code < 400 or case.method == "HEAD":
        return
    problem = response.json()
    assert _MEMBERS <= problem.keys() <= _MEMBERS | {"errors", "retry_after"}, problem
    assert problem["status"] == response.status_code
    assert [problem["request_id"]] == response.headers["x-request-id"]
    assert 0 < len(problem["detail"]) <= 1000
    assert "Traceback" not in problem["detail"]


@schemathesis.check
def code_is_documented(ctx: CheckContext, response: Response, case: Case) -> None:
    """The code of a refusal is among those that the operation names for that status."""
    if response.status_code in (405, *range(400)):
        return
    documented = _responses(case).get(str(response.status_code), {})
    codes = re.findall(r"`(\w+)`", documented.get("description", ""))
    assert response.json()["code"] in codes, f"{response.json()['code']} is not among {codes}"


@schemathesis.check
def refused_by_a_rule_only(ctx: CheckContext, response: Response, case: Case) -> None:
    """Of a request that its schema allows, only what no schema can say is refused."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if response.status_code not in (400, 413, 422):
        return
    problem = response.json()
    assert problem["code"] not in _OF_SYNTAX, problem
    kinds = {
        error["type"]
        for error in problem.get("errors", ())
        if not (error["type"] == "int_type" and _is_whole_float(case, error["loc"]))
    }
    assert kinds <= _OF_RULES, problem


def _is_whole_float(case: Case, loc: list[str | int]) -> bool:
    """Whether it is a number such as 10.0: an integer for a schema, and a fraction for us."""
    value: Any = case.body
    for part in loc[1:]:
        value = value[part]
    return isinstance(value, float) and value.is_integer()


def _responses(case: Case) -> dict[str, Any]:
    responses: dict[str, Any] = case.operation.definition.raw.get("responses", {})
    return responses
