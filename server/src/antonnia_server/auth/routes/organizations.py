"""The paths of organizations."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import TypeAdapter

from antonnia.auth.types import (
    Organization,
    OrganizationCreate,
    OrganizationSearch,
    OrganizationUpdate,
)
from antonnia_server.http.documents import describes
from antonnia_server.http.endpoint import read, search, write
from antonnia_server.http.refusal import IdempotencyKeyReused

from ..errors import NotAPartner, OrganizationNotFound
from ..service import partners as service

router = APIRouter(tags=["organizations"])
_ORGANIZATIONS = TypeAdapter(list[Organization])


@router.post(
    "/organizations",
    **describes(
        Organization,
        permission="auth:admin",
        body=OrganizationCreate,
        status=201,
        raises=[NotAPartner, IdempotencyKeyReused],
    ),
)
async def create_organization(request: Request) -> Response:
    """Make an organization, as a partner."""
    return await write(request, service.create_organization, body=OrganizationCreate, status=201)


@router.post(
    "/organizations/search",
    **describes(list[Organization], permission="auth:read", body=OrganizationSearch),
)
async def search_organizations(request: Request) -> Response:
    """List the token's own organization, and those that it has made as a partner."""
    return await search(
        request, service.search_organizations, body=OrganizationSearch, items=_ORGANIZATIONS
    )


@router.get(
    "/organizations/{organization_id}",
    **describes(Organization, permission="auth:read", raises=[OrganizationNotFound]),
)
async def get_organization(request: Request, organization_id: str) -> Response:
    """Read an organization."""
    return await read(request, service.get_organization, organization_id)


@router.patch(
    "/organizations/{organization_id}",
    **describes(
        Organization,
        permission="auth:admin",
        body=OrganizationUpdate,
        raises=[OrganizationNotFound],
    ),
)
async def update_organization(request: Request, organization_id: str) -> Response:
    """Change the name of an organization."""
    return await write(
        request, service.update_organization, organization_id, body=OrganizationUpdate
    )


@router.delete(
    "/organizations/{organization_id}",
    **describes(None, permission="auth:admin", status=204, raises=[OrganizationNotFound]),
)
async def delete_organization(request: Request, organization_id: str) -> Response:
    """Close an organization that was made as a partner: its tokens let nobody in any more."""
    return await write(request, service.delete_organization, organization_id, status=204)
