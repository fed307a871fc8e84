"""What a caller is told when the storage fails: which kind of failure, and never a path."""

from __future__ import annotations

from antonnia_server.db import StorageFailed, Trouble

from .refusal import (
    Refusal,
    StorageDamaged,
    StorageFull,
    StorageReadOnly,
    StorageUnavailable,
)

_REFUSALS: dict[Trouble, tuple[type[Refusal], str]] = {
    Trouble.FULL: (
        StorageFull,
        "The server's disk is full. Reading goes on; writing goes on by itself once there is room.",
    ),
    Trouble.READ_ONLY: (
        StorageReadOnly,
        "The server's database is read-only. Reading goes on; writing goes on by itself once its "
        "disk can be written to.",
    ),
    Trouble.DAMAGED: (
        StorageDamaged,
        "The server's database is damaged. Its operator has to restore a backup; the server's log "
        "names the file.",
    ),
    Trouble.UNAVAILABLE: (
        StorageUnavailable,
        "The server's database cannot be used at present; the server's log says why.",
    ),
}
_CERTAIN = "Nothing was written."
_UNCERTAIN = (
    "Whether the change was kept is not known. Repeat it with its Idempotency-Key, or read before "
    "it is made again."
)
RETRY_AFTER_SECONDS = 5


def refusal_of(
    failure: StorageFailed, *, retry_after_seconds: int = RETRY_AFTER_SECONDS
) -> Refusal:
    """The refusal of a request that met the failure."""
    kind, detail = _REFUSALS[failure.trouble]
    return kind(
        f"{detail} {_CERTAIN if failure.is_certain else _UNCERTAIN}",
        # Damage does not heal by waiting.
        retry_after_seconds=None if kind is StorageDamaged else retry_after_seconds,
    )
