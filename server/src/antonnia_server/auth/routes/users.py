"""The paths of users."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import TypeAdapter

from antonnia.auth.types import User, UserCreate, UserSearch, UserUpdate
from antonnia_server.http.documents import describes
from antonnia_server.http.endpoint import read, search, write
from antonnia_server.http.refusal import IdempotencyKeyReused

from ..errors import LastOwner, MemberExists, UserNotFound
from ..service import members as service

router = APIRouter(tags=["users"])
_USERS = TypeAdapter(list[User])


@router.post(
    "/users",
    **describes(
        User,
        permission="auth:admin",
        body=UserCreate,
        status=201,
        raises=[MemberExists, IdempotencyKeyReused],
    ),
)
async def create_user(request: Request) -> Response:
    """Make a person a member of the organization."""
    return await write(request, service.create_user, body=UserCreate, status=201)


@router.post("/users/search", **describes(list[User], permission="auth:read", body=UserSearch))
async def search_users(request: Request) -> Response:
    """List the people who are members, from the oldest membership to the newest."""
    return await search(request, service.search_users, body=UserSearch, items=_USERS)


@router.get("/users/{user_id}", **describes(User, permission="auth:read", raises=[UserNotFound]))
async def get_user(request: Request, user_id: str) -> Response:
    """Read a person, as the organization knows them."""
    return await read(request, service.get_user, user_id)


@router.patch(
    "/users/{user_id}",
    **describes(User, permission="auth:admin", body=UserUpdate, raises=[UserNotFound]),
)
async def update_user(request: Request, user_id: str) -> Response:
    """Change what the organization calls a person."""
    return await write(request, service.update_user, user_id, body=UserUpdate)


@router.delete(
    "/users/{user_id}",
    **describes(None, permission="auth:admin", status=204, raises=[UserNotFound, LastOwner]),
)
async def delete_user(request: Request, user_id: str) -> Response:
    """End the membership of a person, and revoke the tokens that belong to it."""
    return await write(request, service.delete_user, user_id, status=204)
