"""The paths of tokens."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import TypeAdapter

from antonnia.auth.types import (
    Token,
    TokenCreate,
    TokenRotate,
    TokenSearch,
    TokenUpdate,
    TokenWithSecret,
)
from antonnia_server.http.documents import describes
from antonnia_server.http.endpoint import read, search, write
from antonnia_server.http.idempotency import without_secret
from antonnia_server.http.refusal import IdempotencyKeyReused

from ..errors import TokenNotActive, TokenNotFound, UserNotFound
from ..service import tokens as service

router = APIRouter(tags=["tokens"])
_TOKENS = TypeAdapter(list[Token])


@router.post(
    "/tokens",
    **describes(
        TokenWithSecret,
        permission="auth:write",
        body=TokenCreate,
        status=201,
        raises=[UserNotFound, IdempotencyKeyReused],
    ),
)
async def create_token(request: Request) -> Response:
    """Make a token that may do no more than this one; the answer holds its secret, this once."""
    return await write(
        request,
        service.create_token,
        body=TokenCreate,
        respond=lambda token: without_secret(token, 201),
    )


@router.post("/tokens/search", **describes(list[Token], permission="auth:read", body=TokenSearch))
async def search_tokens(request: Request) -> Response:
    """List tokens from the oldest to the newest, revoked ones too."""
    return await search(request, service.search_tokens, body=TokenSearch, items=_TOKENS)


@router.get(
    "/tokens/{token_id}", **describes(Token, permission="auth:read", raises=[TokenNotFound])
)
async def get_token(request: Request, token_id: str) -> Response:
    """Read a token, without its secret."""
    return await read(request, service.get_token, token_id)


@router.patch(
    "/tokens/{token_id}",
    **describes(Token, permission="auth:write", body=TokenUpdate, raises=[TokenNotFound]),
)
async def update_token(request: Request, token_id: str) -> Response:
    """Change the name of a token."""
    return await write(request, service.update_token, token_id, body=TokenUpdate)


@router.delete(
    "/tokens/{token_id}",
    **describes(None, permission="auth:write", status=204, raises=[TokenNotFound]),
)
async def revoke_token(request: Request, token_id: str) -> Response:
    """Revoke a token; within a second nobody is let in with it, and it stays in lists."""
    return await write(request, service.revoke_token, token_id, status=204)


@router.post(
    "/tokens/{token_id}/rotate",
    **describes(
        TokenWithSecret,
        permission="auth:write",
        body=TokenRotate,
        raises=[TokenNotFound, TokenNotActive, IdempotencyKeyReused],
    ),
)
async def rotate_token(request: Request, token_id: str) -> Response:
    """Give a token a new secret; the one before works for `overlap_seconds` more."""
    return await write(
        request,
        service.rotate_token,
        token_id,
        body=TokenRotate,
        respond=lambda token: without_secret(token, 200),
    )
