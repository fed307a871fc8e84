"""What an operator can have done with tokens."""

from __future__ import annotations

from antonnia.core.models import RequestModel, WireModel

from ..auth import service as auth
from ..db import Transaction
from .operation import Operation
from .organizations import check_name


class TokenOrder(RequestModel):
    """A token for an organization, which is made if it is new."""

    organization: str


class Token(WireModel):
    """A new token; its secret is shown this once."""

    token: str
    organization_id: str


def create_token(tx: Transaction, order: TokenOrder) -> Token:
    name = check_name(["organization"], order.organization)
    organization_id = auth.find_or_create_organization(tx, name)
    created = auth.create_token(tx, organization_id, "made by `antonnia token create`")
    return Token(token=created.token, organization_id=created.organization_id)


CREATE_TOKEN = Operation(TokenOrder, Token, create_token)
