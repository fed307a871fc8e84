"""Requests of one of two organizations, made to name objects of the other.

Loaded by the command `schemathesis`, in its own process.
"""

from __future__ import annotations

import json
import os
import random
import zlib
from functools import cache
from typing import Any

import id_places
import requests
from id_places import Document, Place
from kinds import KINDS
from schemathesis import Case
from schemathesis.generation.meta import TestPhase

Account = dict[str, Any]
OURS, THEIRS = json.loads(os.environ["ANTONNIA_TWO_ACCOUNTS"])
HTTP = requests.Session()
THEIR_IDS = {id for ids in THEIRS["ids"].values() for id in ids} - {
    id for ids in OURS["ids"].values() for id in ids
}
# Its idempotency keys are kept for each organization, and the other has used some.
_KEYED = "POST /conversations/v2/sessions"


def name_theirs(case: Case) -> None:
    """Name objects of the other organization, and ours in the places that are left."""
    if case.meta is not None and case.meta.phase.name == TestPhase.STATEFUL:
        _keep_our_tokens(case)
        return
    rng = random.Random(zlib.crc32(repr((case.path_parameters, case.body)).encode()))
    of_path = _names_of_path(case)
    their_names = rng.sample(of_path, rng.randint(1, len(of_path))) if of_path else []
    places = places_of(case) if isinstance(case.body, dict) else []
    if places and (not of_path or rng.random() < 0.6):
        their_names = []
        _name_in_body(case, rng.choice(places), rng)
    elif isinstance(case.body, dict) and "cursor" in case.body and rng.random() < 0.3:
        case.body["cursor"] = rng.choice(THEIRS["cursors"])
    for name in of_path:
        account = THEIRS if name in their_names else OURS
        case.path_parameters[name] = rng.choice(ids_under(name, account))
    _lead_past_rules(case)
    _replace_headers(case, rng)


def places_of(case: Case) -> list[Place]:
    return id_places.places_of(document(), case.operation.label)


@cache
def document() -> Document:
    found: Document = HTTP.get(f"{OURS['base_url']}/openapi.json").json()
    return found


def ids_under(name: str, account: Account) -> list[str]:
    """Ids of an account, or of theirs what is not ours too, that may stand under a name."""
    kind = id_places.kind_of(name)
    of_account: dict[str, list[str]] = account["ids"]
    ids = [
        id
        for each in ([kind] if kind else of_account)
        for id in of_account.get(each, ())
        if account is OURS or id in THEIR_IDS
    ]
    if not ids:
        has = f"{account['word']} has no {name} that it sees" + " alone" * (account is THEIRS)
        raise LookupError(f"{has}: let `given_account` in accounts.py make one")
    return ids


def _keep_our_tokens(case: Case) -> None:
    # What it follows is ours; `object_level_authorization` asks for it as the other.
    if case.path_parameters.get("token_id") in OURS["ids"]["tok"]:
        # Whoever takes it from an answer would end the whole run with it.
        case.path_parameters["token_id"] = ids_under("token_id", THEIRS)[0]


def _names_of_path(case: Case) -> list[str]:
    names = list(case.path_parameters)
    unknown = [name for name in names if name not in KINDS]
    if unknown:
        raise LookupError(f"{case.operation.label}: no line in kinds.py for {unknown}")
    return names


def _name_in_body(case: Case, place: Place, rng: random.Random) -> None:
    *steps, last = place
    if (steps and last != 0) or (case.operation.path.endswith("/search") and rng.random() < 0.75):
        # Nothing else, which could be refused before.
        case.body = {}
    case.body.pop("cursor", None)
    body: Any = case.body
    for step, following in zip(steps, place[1:], strict=True):
        if not isinstance(body.get(step), (list if following == 0 else dict)):
            body[step] = [None] if following == 0 else {}
        body = body[step]
    id = rng.choice(ids_under(id_places.name_of(place), THEIRS))
    if last == 0:
        body[:] = [id]
    else:
        body[last] = id


def _lead_past_rules(case: Case) -> None:
    """Leave out what no schema says but would be refused before any id is looked at."""
    last = case.operation.path.rpartition("/")[2]
    if not isinstance(case.body, dict):
        return
    # A whole number for the document is one for the server only without a point.
    case.body.pop("offset", None)
    if last == "answer":
        # One of the two ways.
        id = case.body.get("entry_id")
        is_theirs = isinstance(id, str) and id in THEIR_IDS
        case.body = {"entry_id": id} if is_theirs else {"text": "So."}
    if last == "messages":
        # The same message once more is the one that is there.
        case.body.pop("provider_message_id", None)
    if last == "messages" and "agent_id" in case.body:
        case.body["role"] = "assistant"
    if last == "tokens" and "permissions" in case.body:
        case.body.pop("expires_at", None)
        case.body["permissions"] = ["conversations:read"]


def _replace_headers(case: Case, rng: random.Random) -> None:
    case.headers.pop("If-Session-Epoch", None)
    if "Idempotency-Key" in case.headers:
        is_theirs = case.operation.label == _KEYED and rng.random() < 0.5
        new = f"key-{rng.getrandbits(64):x}"
        case.headers["Idempotency-Key"] = f"{THEIRS['word']}-0" if is_theirs else new
