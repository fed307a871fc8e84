"""What belongs to another organization, named in the requests of ours, as a check of Schemathesis.

Loaded by the command `schemathesis`, in its own process. Ids of the other stand in paths and in
bodies, wherever the document has ids. Each such request is sent again with ids that were never
given: nobody can tell which is which.
"""

from __future__ import annotations

import atexit
import hashlib
import itertools
import json
import os
import random
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import requests
import schemathesis
from kinds import ID, KINDS
from requests import PreparedRequest
from schemathesis import Case, CheckContext, HookContext, Response
from schemathesis.generation.meta import TestPhase

_OURS, _THEIRS = json.loads(os.environ["ANTONNIA_TWO_ACCOUNTS"])
_HTTP = requests.Session()
# The steps from a body to an id in it; of a list, to its first.
Place = tuple[str | int, ...]
# The id is one of a contact's or a provider's world: nothing is looked up with it.
OPAQUE = {("POST /conversations/v2/sessions/{session_id}/messages", "run_id")}
# Refused for another reason whenever it is not the id in the path.
RULED = {("POST /conversations/v2/sessions/{session_id}/messages/search", "session_id")}
# What a request is refused with that is wrong whatever its ids are.
_WRONG = {400, 413, 422}
_THEIR_IDS = {id for ids in _THEIRS["ids"].values() for id in ids} - {
    id for ids in _OURS["ids"].values() for id in ids
}
_KEYED = "POST /conversations/v2/sessions"
_numbers = itertools.count()
# By operation and what named something of theirs: the answers, by status.
_answered: dict[str, Counter[int]] = defaultdict(Counter)


@schemathesis.hook
def before_call(ctx: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """Name objects of the other organization, and ours in the places that are left."""
    if case.meta is not None and case.meta.phase.name == TestPhase.STATEFUL:
        # What it follows is ours; `object_level_authorization` asks for it as the other.
        if case.path_parameters.get("token_id") in _OURS["ids"]["tok"]:
            # Whoever takes it from an answer would end the whole run with it.
            case.path_parameters["token_id"] = _THEIRS["ids"]["tok"][0]
        return
    rng = random.Random(zlib.crc32(repr((case.path_parameters, case.body)).encode()))
    names = [name for name in case.path_parameters if name in KINDS]
    places = _places(case.operation.label) if isinstance(case.body, dict) else []
    of_path = rng.sample(names, rng.randint(1, len(names))) if names else []
    if places and (not names or rng.random() < 0.6):
        of_path = []
        _name_in_body(case, rng.choice(places), rng)
    elif isinstance(case.body, dict) and "cursor" in case.body and rng.random() < 0.3:
        case.body["cursor"] = rng.choice(_THEIRS["cursors"])
    for name in names:
        account = _THEIRS if name in of_path else _OURS
        case.path_parameters[name] = rng.choice(_of_kind(account, name))
    _lead_past_rules(case)
    case.headers.pop("If-Session-Epoch", None)
    if "Idempotency-Key" in case.headers:
        is_theirs = case.operation.label == _KEYED and rng.random() < 0.5
        case.headers["Idempotency-Key"] = f"{_THEIRS['word']}-0" if is_theirs else _fresh(rng)


def _of_kind(account: dict[str, Any], name: str) -> list[str]:
    ids: list[str] = account["ids"][KINDS[name]]
    return [id for id in ids if account is _OURS or id in _THEIR_IDS]


def _fresh(rng: random.Random) -> str:
    return f"key-{rng.getrandbits(64):x}"


def _name_in_body(case: Case, place: Place, rng: random.Random) -> None:
    *steps, last = place
    if (steps and last != 0) or (case.operation.path.endswith("/search") and rng.random() < 0.75):
        # Nothing else, which could be refused before.
        case.body = {}
    case.body.pop("cursor", None)
    body: Any = case.body
    kind = next(str(step) for step in reversed(place) if isinstance(step, str))
    for step, following in zip(steps, place[1:], strict=True):
        if not isinstance(body.get(step), (list if following == 0 else dict)):
            body[step] = [None] if following == 0 else {}
        body = body[step]
    ids = sorted(_THEIR_IDS) if kind == "object_id" else _of_kind(_THEIRS, _singular(kind) or kind)
    if last == 0:
        body[:] = [rng.choice(ids)]
    else:
        body[last] = rng.choice(ids)


def _lead_past_rules(case: Case) -> None:
    """Leave out what no schema says but would be refused before any id is looked at."""
    last = case.operation.path.rpartition("/")[2]
    if not isinstance(case.body, dict):
        return
    if last == "answer":
        # One of the two ways.
        case.body = {"entry_id": case.body["entry_id"]} if _names_theirs(case) else {"text": "So."}
    if last == "messages":
        # The same message once more is the one that is there.
        case.body.pop("provider_message_id", None)
    if last == "messages" and "agent_id" in case.body:
        case.body["role"] = "assistant"
    if last == "tokens" and "permissions" in case.body:
        case.body.pop("expires_at", None)
        case.body["permissions"] = ["conversations:read"]


def _names_theirs(case: Case) -> bool:
    return any(_at(case.body, place) in _THEIR_IDS for place in _places(case.operation.label))


def _singular(name: str) -> str | None:
    """The name under which the kind of an id is known."""
    return next((each for each in (name, name.removesuffix("s")) if each in KINDS), None)


@cache
def _places(label: str) -> list[Place]:
    """Where the bodies of an operation may hold ids."""
    method, _, path = label.partition(" ")
    described = _document()["paths"][path][method.lower()]
    content = described.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    return sorted(set(_ids_in(schema, ())), key=str)


@cache
def _document() -> dict[str, Any]:
    found: dict[str, Any] = _HTTP.get(f"{_OURS['base_url']}/openapi.json").json()
    return found


def _ids_in(schema: dict[str, Any], place: Place) -> Iterator[Place]:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        # What can hold itself is a customer's own data.
        schema = {} if name == "JsonValue" else _document()["components"]["schemas"][name]
    for variant in [*schema.get("anyOf", ()), *schema.get("oneOf", ())]:
        yield from _ids_in(variant, place)
    for name, inner in schema.get("properties", {}).items():
        is_list = "array" in {each.get("type") for each in [inner, *inner.get("anyOf", ())]}
        if name == "object_id" or _singular(name):
            yield (*place, name, 0) if is_list else (*place, name)
        else:
            yield from _ids_in(inner, (*place, name))


@schemathesis.check
def nothing_is_told_of_another_organization(
    ctx: CheckContext, response: Response, case: Case
) -> None:
    """An answer has nothing of theirs, and is the same for what is theirs and what is nowhere."""
    sent = _said(response.request)
    told = {mark for mark in [*_THEIR_IDS, _THEIRS["word"]] if mark in response.text}
    leaked = {mark for mark in told if mark not in sent}
    assert not leaked, f"the answer has {leaked}, which nobody has named"
    named = [id for id in dict.fromkeys(ID.findall(sent)) if id in _THEIR_IDS]
    if not named and _THEIRS["word"] not in sent:
        return

    if response.request.headers.get("Authorization") != f"Bearer {_OURS['token']}":
        # Now and then Schemathesis leaves it out, or makes one up.
        assert response.status_code == 401, f"{response.status_code} for who has no token"
        return
    absent = {id: _absent(id) for id in named}
    again = _HTTP.send(_with(response.request, absent))
    foreign = _told(response, named)
    nowhere = _told(again, list(absent.values()))
    assert foreign == nowhere, f"of what is theirs {foreign}, and of what is nowhere {nowhere}"
    _judge(case, response, named)


def _judge(case: Case, response: Response, named: list[str]) -> None:
    """Hold what was answered to an operation that named something of theirs against the promise."""
    label, status = case.operation.label, response.status_code
    in_path = [name for name, id in case.path_parameters.items() if id in _THEIR_IDS]
    in_body = [
        str(next(step for step in reversed(place) if step != 0))
        for place in _places(label)
        if any(id in json.dumps(_at(case.body, place)) for id in named)
    ]
    assert not in_path or status == 404 or status in _WRONG, f"{status} for ids of theirs"
    if in_body and not in_path:
        is_filter = label.endswith("/search") and status == 200 and response.json() == []
        is_opaque = any((label, name) in OPAQUE for name in in_body)
        assert status == 404 or status in _WRONG or is_filter or is_opaque, (
            f"{status} for ids of theirs in the body"
        )
    for name in [*(f"path {name}" for name in in_path), *(f"body {name}" for name in in_body)]:
        if (label, name.partition(" ")[2]) not in RULED or in_path:
            _answered[f"{label} {name}"][status] += 1


def _at(body: Any, place: Place) -> Any:
    for step in place:
        try:
            body = body[step]
        except (KeyError, IndexError, TypeError):
            return None
    return body


def _said(request: PreparedRequest) -> str:
    body = request.body or b""
    words = body.decode(errors="replace") if isinstance(body, bytes) else body
    return f"{request.url} {request.headers.get('Idempotency-Key', '')} {words}"


def _absent(id: str) -> str:
    """An id of the same kind that was never given."""
    kind = id.partition("_")[0]
    return f"{kind}_{hashlib.sha256(id.encode()).hexdigest()[:26]}"


def _with(request: PreparedRequest, instead: dict[str, str]) -> PreparedRequest:
    """The same request with other ids, of the same length, and a key that nobody has used."""
    again = request.copy()
    for id, other in instead.items():
        again.url = (again.url or "").replace(id, other)
        if isinstance(again.body, bytes):
            again.body = again.body.replace(id.encode(), other.encode())
    if "Idempotency-Key" in again.headers:
        number = zlib.crc32(_said(request).encode())
        again.headers["Idempotency-Key"] = f"again-{number}-{next(_numbers)}"
    return again


def _told(response: Response | requests.Response, ids: list[str]) -> tuple[int, str]:
    """What an answer says, but for ids; of what was done, that it was."""
    text = "" if response.status_code in (201, 202) else response.text
    if response.status_code >= 400:
        text = re.sub(r"\breq_\w+", "<request>", text)
    for number, id in enumerate(ids):
        text = text.replace(id, f"<{number}>")
    return response.status_code, text


@atexit.register
def _write_down() -> None:
    Path(os.environ["ANTONNIA_ANSWERED"]).write_text(json.dumps(_answered), encoding="utf-8")
