"""The paths of members."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import TypeAdapter

from antonnia.auth.types import Member, MemberCreate, MemberSearch, MemberUpdate
from antonnia_server.http.documents import describes
from antonnia_server.http.endpoint import read, search, write
from antonnia_server.http.refusal import IdempotencyKeyReused

from ..errors import LastOwner, MemberExists, MemberNotFound
from ..service import members as service

router = APIRouter(tags=["members"])
_MEMBERS = TypeAdapter(list[Member])


@router.post(
    "/members",
    **describes(
        Member,
        permission="auth:admin",
        body=MemberCreate,
        status=201,
        raises=[MemberExists, IdempotencyKeyReused],
    ),
)
async def create_member(request: Request) -> Response:
    """Make who has an address a member, who may do no more than this token."""
    return await write(request, service.create_member, body=MemberCreate, status=201)


@router.post(
    "/members/search", **describes(list[Member], permission="auth:read", body=MemberSearch)
)
async def search_members(request: Request) -> Response:
    """List members from the oldest to the newest."""
    return await search(request, service.search_members, body=MemberSearch, items=_MEMBERS)


@router.get(
    "/members/{member_id}", **describes(Member, permission="auth:read", raises=[MemberNotFound])
)
async def get_member(request: Request, member_id: str) -> Response:
    """Read a member."""
    return await read(request, service.get_member, member_id)


@router.patch(
    "/members/{member_id}",
    **describes(
        Member, permission="auth:admin", body=MemberUpdate, raises=[MemberNotFound, LastOwner]
    ),
)
async def update_member(request: Request, member_id: str) -> Response:
    """Change the role of a member; the last owner stays one."""
    return await write(request, service.update_member, member_id, body=MemberUpdate)


@router.delete(
    "/members/{member_id}",
    **describes(None, permission="auth:admin", status=204, raises=[MemberNotFound, LastOwner]),
)
async def delete_member(request: Request, member_id: str) -> Response:
    """End a membership, and revoke the tokens that belong to it."""
    return await write(request, service.delete_member, member_id, status=204)
