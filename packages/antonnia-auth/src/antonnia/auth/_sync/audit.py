# Generated from ../audit.py by `make sync`; do not edit.

"""The audit log: who changed what, and from where."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Iterator, Optional, cast

from antonnia.core import SyncItems, SyncPage, SyncTransport, make_body, path_of

if TYPE_CHECKING:
    from datetime import datetime

    from antonnia.auth.types import AuditEntry

    from .raw import SyncRawAudit


class SyncAudit:
    """The audit log of the organization: every change, written with the change itself."""

    def __init__(self, transport: SyncTransport) -> None:
        self._transport = transport

    @property
    def with_raw_response(self) -> SyncRawAudit:
        """The same methods, each with a `RawResponse`: status, headers, content and `parse()`."""
        return cast("SyncRawAudit", SyncAudit(self._transport.raw()))

    def search(
        self,
        action: Optional[str] = None,
        object_id: Optional[str] = None,
        token_id: Optional[str] = None,
        user_id: Optional[str] = None,
        since: Optional[datetime] = None,
        until: Optional[datetime] = None,
        limit: Optional[int] = None,
        *,
        cursor: Optional[str] = None,
    ) -> SyncPage[AuditEntry]:
        """Read changes from the newest to the oldest.

        Args:
            action: Only this operation: `create_token`, …
            object_id: Only changes of this object: `sess_…`, `tok_…`, …
            token_id: Only what was done with this token, `tok_…`.
            user_id: Only what was done with tokens of this user, `user_…`.
            since: Only what was done from then on, with its zone.
            until: Only what was done before then, with its zone.
            limit: Entries per page, 1–1000; 100 by default.
            cursor: The `next_cursor` of the page before.

        Raises:
            ValidationError: A value is out of its limits.
        """
        from antonnia.auth.types import AuditEntry, AuditSearch

        body = make_body(
            AuditSearch,
            action=action,
            object_id=object_id,
            token_id=token_id,
            user_id=user_id,
            since=since,
            until=until,
            limit=limit,
            cursor=cursor,
        )
        return self._transport.search(path_of("audit", "search"), AuditEntry, body)

    def iter(
        self,
        action: Optional[str] = None,
        object_id: Optional[str] = None,
        token_id: Optional[str] = None,
        user_id: Optional[str] = None,
        since: Optional[datetime] = None,
        until: Optional[datetime] = None,
        *,
        limit: Optional[int] = None,
    ) -> Iterator[AuditEntry]:
        """Go through all changes, from the newest to the oldest.

        Pages are fetched as they are reached. After an error the iterator can be asked again, and
        goes on where it stood.

        Args:
            action: Only this operation: `create_token`, …
            object_id: Only changes of this object: `sess_…`, `tok_…`, …
            token_id: Only what was done with this token, `tok_…`.
            user_id: Only what was done with tokens of this user, `user_…`.
            since: Only what was done from then on, with its zone.
            until: Only what was done before then, with its zone.
            limit: Entries per page, 1–1000; 100 by default.

        Raises:
            ValidationError: A value is out of its limits; raised with the first entry.
        """
        return SyncItems.of_search(
            partial(self.search, action, object_id, token_id, user_id, since, until, limit)
        )
