# Generated from ../tokens.py by `make sync`; do not edit.

"""Tokens: what lets programs in."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Iterator, List, Optional, cast

from antonnia.core import SyncItems, SyncPage, SyncTransport, make_body, path_of

if TYPE_CHECKING:
    from datetime import datetime

    from antonnia.auth.types import Token, TokenWithSecret

    from .raw import SyncRawTokens


class SyncTokens:
    """The tokens of the organization."""

    def __init__(self, transport: SyncTransport) -> None:
        self._transport = transport

    @property
    def with_raw_response(self) -> SyncRawTokens:
        """The same methods, each with a `RawResponse`: status, headers, content and `parse()`."""
        return cast("SyncRawTokens", SyncTokens(self._transport.raw()))

    def create(
        self,
        name: str,
        permissions: List[str],
        *,
        expires_at: Optional[datetime] = None,
        user_id: Optional[str] = None,
        idempotency_key: Optional[str] = None,
    ) -> TokenWithSecret:
        """Make a token.

        The answer holds the `secret`, which programs send; it is never shown again.

        Args:
            name: What it is for, 1–255 characters.
            permissions: What it may do: `conversations:read`, …, or everything as `*`. A token
                can give only what it may do itself.
            expires_at: From when on it lets nobody in, with its zone; never by default.
            user_id: The user whose it is, `user_…`; it may never do more than they may.
            idempotency_key: Makes repeating the call harmless for 24 hours; a repeated answer
                holds no secret.

        Raises:
            NotFoundError: `user_not_found`.
            PermissionDeniedError: A permission is not the token's to give.
            ValidationError: There is no such permission, or a value is out of its limits.
        """
        from antonnia.auth.types import TokenCreate, TokenWithSecret

        body = make_body(
            TokenCreate,
            name=name,
            permissions=permissions,
            expires_at=expires_at,
            user_id=user_id,
        )
        return self._transport.post(
            path_of("tokens"), TokenWithSecret, body, idempotency_key=idempotency_key
        )

    def get(self, token_id: str) -> Token:
        """Read a token; one that was revoked too.

        Args:
            token_id: The token, `tok_…`.

        Raises:
            NotFoundError: `token_not_found`.
        """
        from antonnia.auth.types import Token

        return self._transport.get(path_of("tokens", token_id), Token)

    def update(self, token_id: str, *, name: Optional[str] = None) -> Token:
        """Change a token; what is left out stays as it is.

        Args:
            token_id: The token, `tok_…`.
            name: The new name, 1–255 characters.

        Raises:
            NotFoundError: `token_not_found`.
        """
        from antonnia.auth.types import Token, TokenUpdate

        body = make_body(TokenUpdate, name=name)
        return self._transport.patch(path_of("tokens", token_id), Token, body)

    def delete(self, token_id: str) -> None:
        """Revoke a token; within a second no server takes it.

        It stays readable, with `revoked_at`. Revoking it again changes nothing.

        Args:
            token_id: The token, `tok_…`.

        Raises:
            NotFoundError: `token_not_found`.
        """
        return self._transport.delete(path_of("tokens", token_id))

    def search(
        self,
        user_id: Optional[str] = None,
        is_active: Optional[bool] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
        *,
        cursor: Optional[str] = None,
    ) -> SyncPage[Token]:
        """Read tokens from the oldest to the newest.

        Args:
            user_id: Only those of this user, `user_…`.
            is_active: Only those that are neither revoked nor expired; `False` for the others.
            limit: Tokens per page, 1–1000; 100 by default.
            offset: Tokens to skip; not together with `cursor`.
            cursor: The `next_cursor` of the page before.

        Raises:
            ValidationError: A value is out of its limits, or `cursor` came with `offset`.
        """
        from antonnia.auth.types import Token, TokenSearch

        body = make_body(
            TokenSearch,
            user_id=user_id,
            is_active=is_active,
            limit=limit,
            offset=offset,
            cursor=cursor,
        )
        return self._transport.search(path_of("tokens", "search"), Token, body)

    def iter(
        self,
        user_id: Optional[str] = None,
        is_active: Optional[bool] = None,
        *,
        limit: Optional[int] = None,
    ) -> Iterator[Token]:
        """Go through all tokens, from the oldest to the newest.

        Pages are fetched as they are reached. After an error the iterator can be asked again, and
        goes on where it stood.

        Args:
            user_id: Only those of this user, `user_…`.
            is_active: Only those that are neither revoked nor expired; `False` for the others.
            limit: Tokens per page, 1–1000; 100 by default.

        Raises:
            ValidationError: A value is out of its limits; raised with the first token.
        """
        return SyncItems.of_search(partial(self.search, user_id, is_active, limit))

    def rotate(
        self,
        token_id: str,
        overlap_seconds: Optional[int] = None,
        *,
        idempotency_key: Optional[str] = None,
    ) -> TokenWithSecret:
        """Give a token a new secret.

        The answer holds it; it is never shown again. The old one lets nobody in any more within
        a second, or after `overlap_seconds`.

        Args:
            token_id: The token, `tok_…`.
            overlap_seconds: Seconds for which the old secret goes on working too, 0–604,800, so
                that programs can be told the new one meanwhile; 0 by default.
            idempotency_key: Makes repeating the call harmless for 24 hours; a repeated answer
                holds no secret.

        Raises:
            NotFoundError: `token_not_found`.
            PermissionDeniedError: The token may do what yours may not.
            ValidationError: `token_not_active`, or `overlap_seconds` is out of its limits.
        """
        from antonnia.auth.types import TokenRotate, TokenWithSecret

        return self._transport.post(
            path_of("tokens", token_id, "rotate"),
            TokenWithSecret,
            make_body(TokenRotate, overlap_seconds=overlap_seconds),
            idempotency_key=idempotency_key,
        )
