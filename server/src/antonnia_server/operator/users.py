"""What an operator can have done with the people in an organization."""

from __future__ import annotations

from antonnia.auth.types import Member, MemberCreate, MemberSearch, Role
from antonnia.core.models import RequestModel, WireModel

from ..auth.errors import MemberNotFound
from ..auth.service import members, record
from ..db import Transaction
from ..http.caller import Caller
from .operation import Operation, body_of, change
from .organizations import check_name, get_organization, operator_of


class UserOrder(RequestModel):
    """A person for an organization; None leaves the choice to us."""

    organization: str | None
    email: str
    role: Role
    name: str | None = None


class UsersOrder(RequestModel):
    """A page of the people in an organization."""

    organization: str | None
    cursor: str | None = None


class Users(WireModel):
    """Members, the oldest first, and where the next page begins."""

    organization: str
    members: list[Member]
    next_cursor: str | None


class UserRemoval(RequestModel):
    """A person who is to be let in no more."""

    organization: str | None
    email: str


def create_user(tx: Transaction, order: UserOrder) -> Member:
    organization = get_organization(tx, order.organization)
    name = None if order.name is None else check_name(["name"], order.name)
    body = body_of(MemberCreate, email=order.email, role=order.role, name=name)
    member = members.create_member(tx, operator_of(organization.id), body)
    record(tx, operator_of(organization.id), "create_user", member, ())
    return member


def list_users(tx: Transaction, order: UsersOrder) -> Users:
    organization = get_organization(tx, order.organization)
    body = body_of(MemberSearch, cursor=order.cursor)
    page = members.search_members(tx, operator_of(organization.id), body)
    return Users(
        organization=organization.name, members=list(page.items), next_cursor=page.next_cursor
    )


def remove_user(tx: Transaction, order: UserRemoval) -> Member:
    """End the membership of who has the address; their tokens are revoked."""
    caller = operator_of(get_organization(tx, order.organization).id)
    member = get_member(tx, caller, order.email)
    change(tx, caller, members.delete_user, member.user_id)
    return member


def get_member(tx: Transaction, caller: Caller, email: str) -> Member:
    """The member with this address.

    Raises:
        MemberNotFound: There is none.
    """
    found = members.search_members(tx, caller, body_of(MemberSearch, email=email)).items
    if not found:
        raise MemberNotFound(email)
    return found[0]


CREATE_USER = Operation(UserOrder, Member, create_user)
LIST_USERS = Operation(UsersOrder, Users, list_users)
REMOVE_USER = Operation(UserRemoval, Member, remove_user)
