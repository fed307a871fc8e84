"""On whose behalf something is done."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """The organization that everything a unit of work reads or writes belongs to, and the request.

    Work that runs later has a caller too: its organization, and the request that caused it.
    """

    organization_id: str
    request_id: str | None = None
    token_id: str | None = None
    # Of `If-Session-Epoch`: the epoch that the caller decided on, if it said one.
    if_epoch: int | None = None
    # Whose token it is, if it belongs to a person, and where the request came from.
    user_id: str | None = None
    address: str | None = None
    # All that the caller may do; nothing where no token was asked for.
    permissions: frozenset[str] = frozenset()
    # Of the secret that was sent, to look again whether it still lets in.
    secret_hash: bytes | None = None
    # When the token stops being valid; None for never.
    token_ends_at: int | None = None
