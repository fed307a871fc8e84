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
import re
import zlib
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import requests
import schemathesis
from foreign_requests import HTTP, OURS, THEIR_IDS, THEIRS, name_theirs, places_of
from id_places import at, name_of
from kinds import ID
from requests import PreparedRequest
from schemathesis import Case, CheckContext, HookContext, Response

# The id is one of a contact's or a provider's world: nothing is looked up with it.
OPAQUE = {("POST /conversations/v2/sessions/{session_id}/messages", "run_id")}
# Refused for another reason whenever it is not the id in the path.
RULED = {("POST /conversations/v2/sessions/{session_id}/messages/search", "session_id")}
# What a request is refused with that is wrong whatever its ids are.
_WRONG = {400, 413, 422}
_LONG = 64
_numbers = itertools.count()
# By operation and what named something of theirs: the answers, by status.
_answered: dict[str, Counter[int]] = defaultdict(Counter)


@schemathesis.hook
def before_load_schema(ctx: HookContext, raw_schema: Any) -> None:
    """Make up nothing long: to learn how takes most of the time, and no id is."""
    for inner in raw_schema.values() if isinstance(raw_schema, dict) else raw_schema:
        if isinstance(inner, dict | list):
            before_load_schema(ctx, inner)
    if isinstance(raw_schema, dict) and isinstance(raw_schema.get("maxLength"), int):
        raw_schema["maxLength"] = min(raw_schema["maxLength"], _LONG)


@schemathesis.hook
def before_call(ctx: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    name_theirs(case)


@schemathesis.check
def nothing_is_told_of_another_organization(
    ctx: CheckContext, response: Response, case: Case
) -> None:
    """An answer has nothing of theirs, and is the same for what is theirs and what is nowhere."""
    sent = _said(response.request)
    refuse_what_nobody_named(sent, response)
    named = [id for id in dict.fromkeys(ID.findall(sent)) if id in THEIR_IDS]
    if not named and THEIRS["word"] not in sent:
        return
    if response.request.headers.get("Authorization") != f"Bearer {OURS['token']}":
        # Now and then Schemathesis leaves it out, or makes one up.
        assert response.status_code == 401, f"{response.status_code} for who has no token"
        return
    compare_with_what_is_nowhere(response, named)
    in_path = [name for name, id in case.path_parameters.items() if id in THEIR_IDS]
    in_body = _names_in_body(case, named)
    refuse_what_was_done(case, response, in_path, in_body)
    _count(case, response, in_path, in_body)


def refuse_what_nobody_named(sent: str, response: Response) -> None:
    """Fail if an answer has what is theirs and was not in the request."""
    told = {mark for mark in [*THEIR_IDS, THEIRS["word"]] if mark in response.text}
    leaked = {mark for mark in told if mark not in sent}
    assert not leaked, f"the answer has {leaked}, which nobody has named"


def compare_with_what_is_nowhere(response: Response, named: list[str]) -> None:
    """Fail if the answer to who names what is not there is another."""
    absent = {id: _absent(id) for id in named}
    again = HTTP.send(_with(response.request, absent))
    foreign = _told(response, named)
    nowhere = _told(again, list(absent.values()))
    assert foreign == nowhere, f"of what is theirs {foreign}, and of what is nowhere {nowhere}"


def refuse_what_was_done(
    case: Case, response: Response, in_path: list[str], in_body: list[str]
) -> None:
    """Fail if anything was done for who named something of theirs."""
    label, status = case.operation.label, response.status_code
    if status == 404 or status in _WRONG:
        return
    assert not in_path, f"{status} for ids of theirs"
    is_filter = label.endswith("/search") and status == 200 and response.json() == []
    is_opaque = any((label, name) in OPAQUE for name in in_body)
    assert not in_body or is_filter or is_opaque, f"{status} for ids of theirs in the body"


def _names_in_body(case: Case, named: list[str]) -> list[str]:
    places = places_of(case)
    said = {place: json.dumps(at(case.body, place)) for place in places}
    return [name_of(place) for place in places if any(id in said[place] for id in named)]


def _count(case: Case, response: Response, in_path: list[str], in_body: list[str]) -> None:
    label = case.operation.label
    for where, names in [("path", in_path), ("body", in_body)]:
        for name in names:
            if (label, name) not in RULED or in_path:
                _answered[f"{label} {where} {name}"][response.status_code] += 1


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
