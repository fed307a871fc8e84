"""Idempotency: a write that is repeated with the same key answers what the first one answered.

The key and the answer are written in the transaction of the effect. So there is no moment at which
the effect exists and the key does not: whoever repeats after a lost answer, a crash or a kill gets
either the first answer or, if nothing was kept, a first one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import sqlalchemy as sa
from starlette.requests import Request

from antonnia_server.clock import SECOND
from antonnia_server.db import NameHeld, Statement, Transaction, metadata

from .authentication import header_of
from .caller import Caller
from .refusal import IdempotencyKeyInUse, IdempotencyKeyReused, invalid

KEPT_SECONDS = 24 * 60 * 60
_VISIBLE_ASCII = re.compile(r"[\x21-\x7e]{1,255}")

idempotency_keys = sa.Table(
    "idempotency_keys",
    metadata,
    sa.Column("organization_id", sa.Text, primary_key=True),
    sa.Column("token_id", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("fingerprint", sa.LargeBinary, nullable=False),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Index("ix_idempotency_keys_created_at", "created_at"),
    sqlite_with_rowid=False,
)


class Answer(NamedTuple):
    """What leaves the server."""

    status: int
    body: bytes
    is_replayed: bool = False
    # What is kept to be answered again, where that is less: a secret is shown once.
    kept: bytes | None = None


class Key(NamedTuple):
    """An idempotency key, and what the request that carries it asked for."""

    value: str
    fingerprint: bytes


class _Stored(NamedTuple):
    fingerprint: bytes
    status: int
    body: bytes
    created_at: int


_t = idempotency_keys.c
_FIND = Statement(
    sa.select(_t.fingerprint, _t.status, _t.body, _t.created_at).where(
        _t.organization_id == sa.bindparam("organization_id"),
        _t.token_id == sa.bindparam("token_id"),
        _t.key == sa.bindparam("key"),
    ),
    _Stored,
)
_INSERT: Statement[_Stored] = Statement(sa.insert(idempotency_keys))
_DELETE: Statement[_Stored] = Statement(
    sa.delete(idempotency_keys).where(
        _t.organization_id == sa.bindparam("organization_id"),
        _t.token_id == sa.bindparam("token_id"),
        _t.key == sa.bindparam("key"),
    )
)


def key_of(request: Request, raw_body: bytes) -> Key | None:
    """The key of a request, or None.

    Raises:
        ValidationFailed: It is not 1–255 visible ASCII characters.
    """
    value = header_of(request, "Idempotency-Key")
    if value is None:
        return None
    if not _VISIBLE_ASCII.fullmatch(value):
        raise invalid(["header", "Idempotency-Key"], "must be 1–255 visible ASCII characters")
    path: str = request.scope["path"]
    epoch = request.headers.get("if-session-epoch", "")
    asked = b"\n".join([request.method.encode(), path.encode(), epoch.encode(), raw_body])
    return Key(value, hashlib.sha256(asked).digest())


def once(
    tx: Transaction, caller: Caller, key: Key | None, work: Callable[[Transaction], Answer]
) -> Answer:
    """Do `work`, or answer again what it answered under this key.

    Raises:
        IdempotencyKeyReused: The key was used for something else.
        IdempotencyKeyInUse: A request that carries it still runs, after a wait.
    """
    if key is None:
        return work(tx)
    row = {
        "organization_id": caller.organization_id,
        "token_id": caller.token_id,
        "key": key.value,
    }
    try:
        name = ("idempotency key", caller.organization_id, caller.token_id or "", key.value)
        with tx.holding(*name):
            stored = _FIND.find(tx, **row)
    except NameHeld as held:
        raise IdempotencyKeyInUse(
            f"A request with the idempotency key {key.value!r} still runs. Repeat this one later."
        ) from held
    if (again := _answer_again(tx, key, stored)) is not None:
        return again
    if stored is not None:
        _DELETE.send(tx, **row)
    answer = work(tx)
    _INSERT.send(
        tx,
        **row,
        fingerprint=key.fingerprint,
        status=answer.status,
        body=answer.body if answer.kept is None else answer.kept,
        created_at=tx.now,
    )
    return answer


def find_answer(tx: Transaction, caller: Caller, key: Key) -> Answer | None:
    """What was answered under this key, on a snapshot: for what comes before a unit of work.

    Raises:
        IdempotencyKeyReused: The key was used for something else.
    """
    stored = _FIND.find(
        tx, organization_id=caller.organization_id, token_id=caller.token_id, key=key.value
    )
    return _answer_again(tx, key, stored)


def _answer_again(tx: Transaction, key: Key, stored: _Stored | None) -> Answer | None:
    if stored is None or stored.created_at <= tx.now - KEPT_SECONDS * SECOND:
        return None
    if stored.fingerprint != key.fingerprint:
        raise IdempotencyKeyReused(
            f"The idempotency key {key.value!r} was used for another request. Use a new key."
        )
    return Answer(stored.status, stored.body, is_replayed=True)


def find_oldest(tx: Transaction) -> int | None:
    """When the oldest key was stored; None if there is none."""
    oldest: int | None = tx.connection.execute(sa.select(sa.func.min(_t.created_at))).scalar_one()
    return oldest


def delete_expired(tx: Transaction, *, at_most: int) -> int:
    """Delete keys that are no longer kept, oldest first; the number deleted."""
    expired = (
        sa.select(_t.organization_id, _t.token_id, _t.key)
        .where(_t.created_at <= tx.now - KEPT_SECONDS * SECOND)
        .order_by(_t.created_at)
        .limit(at_most)
    )
    result = tx.connection.execute(
        sa.delete(idempotency_keys).where(
            sa.tuple_(_t.organization_id, _t.token_id, _t.key).in_(expired)
        )
    )
    return result.rowcount


def answer_of(result: Any, status: int) -> Answer:
    """A wire object as the bytes that leave."""
    return Answer(status, b"" if result is None else result.model_dump_json().encode())


def without_secret(result: Any, status: int) -> Answer:
    """An object with its `secret`, and the copy to be kept, in which that is blank."""
    blank = result.model_copy(update={"secret": ""})
    return answer_of(result, status)._replace(kept=blank.model_dump_json().encode())
