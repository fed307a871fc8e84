"""The paths of partners, who make organizations for others."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import TypeAdapter

from antonnia.auth.types import (
    Member,
    Organization,
    OrganizationSearch,
    PartnerMemberCreate,
    PartnerOrganizationCreate,
    PartnerToken,
    PartnerTokenCreate,
)
from antonnia_server.http.documents import describes
from antonnia_server.http.endpoint import find_page, write
from antonnia_server.http.idempotency import without_secret
from antonnia_server.http.refusal import IdempotencyKeyReused, ValidationFailed

from ..errors import MemberExists, NotAPartner, OrganizationNotFound
from ..service import partners as service

router = APIRouter(tags=["partner"])
_CURSOR = {
    "name": "cursor",
    "in": "query",
    "description": "Where the page begins: the `X-Next-Cursor` of the one before.",
    "schema": {"type": "string"},
}
_ORGANIZATIONS = TypeAdapter(list[Organization])


@router.post(
    "/partner/organizations",
    **describes(
        Organization,
        permission="auth:admin",
        body=PartnerOrganizationCreate,
        status=201,
        raises=[NotAPartner, IdempotencyKeyReused],
    ),
)
async def create_partner_organization(request: Request) -> Response:
    """Make an organization."""
    return await write(
        request, service.create_organization, body=PartnerOrganizationCreate, status=201
    )


@router.get(
    "/partner/organizations",
    **describes(
        list[Organization],
        permission="auth:admin",
        raises=[NotAPartner, ValidationFailed],
        parameters=[_CURSOR],
    ),
)
async def list_partner_organizations(request: Request) -> Response:
    """List those that were made, from the oldest to the newest, a thousand at a time."""
    given = request.query_params.get("cursor")
    query = OrganizationSearch(cursor=given, limit=1000)
    return await find_page(request, service.list_made_organizations, query, items=_ORGANIZATIONS)


@router.post(
    "/partner/organizations/{organization_id}/members",
    **describes(
        Member,
        permission="auth:admin",
        body=PartnerMemberCreate,
        status=201,
        raises=[NotAPartner, OrganizationNotFound, MemberExists, IdempotencyKeyReused],
    ),
)
async def create_partner_member(request: Request, organization_id: str) -> Response:
    """Make who has an address a member of an organization that was made."""
    return await write(
        request,
        service.create_partner_member,
        organization_id,
        body=PartnerMemberCreate,
        status=201,
    )


@router.post(
    "/partner/organizations/{organization_id}/tokens",
    **describes(
        PartnerToken,
        permission="auth:admin",
        body=PartnerTokenCreate,
        status=201,
        raises=[NotAPartner, OrganizationNotFound, IdempotencyKeyReused],
    ),
)
async def create_partner_token(request: Request, organization_id: str) -> Response:
    """Make a token of an organization that was made; the answer holds its secret, this once."""
    return await write(
        request,
        service.create_partner_token,
        organization_id,
        body=PartnerTokenCreate,
        respond=lambda token: without_secret(token, 201),
    )
