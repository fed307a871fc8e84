"""Whether the process is up, and whether it can do its work."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from .db import Database, StorageFailed, Transaction
from .db.compatibility import can_work_on
from .db.revision import stored_revision
from .http.documents import describes
from .http.permissions import PUBLIC
from .http.refusal import (
    Overloaded,
    StorageDamaged,
    StorageFull,
    StorageReadOnly,
    StorageUnavailable,
)
from .http.storage_refusal import refusal_of

router = APIRouter(tags=["health"])
_NOT_READY = [Overloaded, StorageDamaged, StorageFull, StorageReadOnly, StorageUnavailable]
_OK = b'{"status":"ok"}'


@router.get("/livez", **describes(None, permission=PUBLIC))
async def livez(request: Request) -> Response:
    """The process is up."""
    return Response(_OK, media_type="application/json")


@router.get("/readyz", **describes(None, raises=_NOT_READY, permission=PUBLIC))
async def readyz(request: Request) -> Response:
    """The storage can be read and written to, and its schema suits this version.

    Nothing is written to find out: the storage is watched by those who do write.
    """
    db: Database = request.app.state.db

    def is_schema_usable(tx: Transaction) -> bool:
        return can_work_on(tx.connection, stored_revision(tx.connection))

    try:
        is_usable = await db.read(is_schema_usable)
    except StorageFailed as failure:
        raise refusal_of(failure, retry_after_seconds=1) from failure
    if db.trouble is not None:
        raise refusal_of(db.trouble, retry_after_seconds=1)
    if not is_usable:
        raise Overloaded("The schema does not suit this version; run `antonnia migrate`.")
    return Response(_OK, media_type="application/json")
