"""The paths of who calls, and of what there is to be allowed."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import TypeAdapter

from antonnia.auth.types import Me, Permission
from antonnia_server.http.authentication import authenticate
from antonnia_server.http.documents import describes
from antonnia_server.http.endpoint import read
from antonnia_server.http.permissions import IDENTIFIED

from ..roles import all_permissions
from ..service import me as service

router = APIRouter(tags=["auth"])
_PERMISSIONS = TypeAdapter(list[Permission])


@router.get("/me", **describes(Me, permission=IDENTIFIED))
async def get_me(request: Request) -> Response:
    """Read whose the token is, and what it may do."""
    return await read(request, service.get_me)


@router.get("/permissions", **describes(list[Permission], permission=IDENTIFIED))
async def list_permissions(request: Request) -> Response:
    """List every permission that a token can have."""
    await authenticate(request)
    return Response(_PERMISSIONS.dump_json(all_permissions()), media_type="application/json")
