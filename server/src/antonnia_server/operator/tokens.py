"""What an operator can have done with tokens."""

from __future__ import annotations

from pydantic import Field

from antonnia.auth.types import Token, TokenCreate, TokenRotate, TokenSearch, TokenWithSecret
from antonnia.core.models import RequestModel, WireModel

from ..auth import service as auth
from ..auth.service import tokens
from ..clock import SECOND, to_datetime
from ..db import Transaction
from ..http.permissions import EVERYTHING
from .operation import Operation, body_of, change
from .organizations import check_name, get_organization, operator_of
from .users import get_member

DAY = 86_400 * SECOND
MADE_HERE = "made by `antonnia token create`"


class TokenOrder(RequestModel):
    """A token for an organization, which is made if it is new."""

    organization: str
    name: str = MADE_HERE
    permissions: tuple[str, ...] = (EVERYTHING,)
    # Of the member whose it is to be; None if it is the organization's own.
    email: str | None = None
    expires_in_days: int | None = Field(None, ge=1, le=36_500)


class CreatedToken(WireModel):
    """A new token; its secret is shown this once."""

    token: str
    token_id: str
    organization_id: str
    is_organization_new: bool = False


class TokensOrder(RequestModel):
    """A page of the tokens of an organization; None leaves the choice to us."""

    organization: str | None
    cursor: str | None = None


class Tokens(WireModel):
    """Tokens, the oldest first, and where the next page begins."""

    organization: str
    tokens: list[Token]
    next_cursor: str | None


class RotationOrder(RequestModel):
    """A token that gets a new secret."""

    organization: str | None
    token_id: str
    overlap_seconds: int


class RevocationOrder(RequestModel):
    """A token that lets nobody in any more."""

    organization: str | None
    token_id: str


class Revoked(WireModel):
    """The token as it is then."""

    token: Token


def create_token(tx: Transaction, order: TokenOrder) -> CreatedToken:
    organization = check_name(["organization"], order.organization)
    expires_at = None
    if order.expires_in_days is not None:
        expires_at = to_datetime(tx.now + order.expires_in_days * DAY)
    name = check_name(["name"], order.name)
    # Here too, as the body would refuse what has not even the form of one without saying which are.
    tokens.refuse_unknown(order.permissions, ["permissions"])
    is_new = auth.find_organization(tx, organization) is None
    organization_id = auth.find_or_create_organization(tx, organization)
    caller = operator_of(organization_id)
    user_id = None if order.email is None else get_member(tx, caller, order.email).user_id
    body = body_of(
        TokenCreate,
        name=name,
        permissions=order.permissions,
        expires_at=expires_at,
        user_id=user_id,
    )
    created = change(tx, caller, tokens.create_token, body)
    return CreatedToken(
        token=created.secret,
        token_id=created.id,
        organization_id=organization_id,
        is_organization_new=is_new,
    )


def list_tokens(tx: Transaction, order: TokensOrder) -> Tokens:
    organization = get_organization(tx, order.organization)
    body = body_of(TokenSearch, cursor=order.cursor)
    page = tokens.search_tokens(tx, operator_of(organization.id), body)
    return Tokens(
        organization=organization.name, tokens=list(page.items), next_cursor=page.next_cursor
    )


def rotate_token(tx: Transaction, order: RotationOrder) -> TokenWithSecret:
    organization = get_organization(tx, order.organization)
    body = body_of(TokenRotate, overlap_seconds=order.overlap_seconds)
    return change(tx, operator_of(organization.id), tokens.rotate_token, order.token_id, body)


def revoke_token(tx: Transaction, order: RevocationOrder) -> Revoked:
    caller = operator_of(get_organization(tx, order.organization).id)
    change(tx, caller, tokens.revoke_token, order.token_id)
    return Revoked(token=tokens.get_token(tx, caller, order.token_id))


CREATE_TOKEN = Operation(TokenOrder, CreatedToken, create_token)
LIST_TOKENS = Operation(TokensOrder, Tokens, list_tokens)
ROTATE_TOKEN = Operation(RotationOrder, TokenWithSecret, rotate_token)
REVOKE_TOKEN = Operation(RevocationOrder, Revoked, revoke_token)
