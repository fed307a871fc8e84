"""What an operator can have done with organizations, and which one is meant."""

from __future__ import annotations

from antonnia.core.models import RequestModel, WireModel

from .. import bootstrap
from ..auth import service as auth
from ..auth.service import OrganizationRow
from ..db import Transaction
from ..http.caller import Caller
from ..http.permissions import EVERYTHING, granted_by
from ..http.refusal import invalid
from .operation import Operation

MAX_NAME_CHARACTERS = 255
# So many are named to who has named none that there is.
MAX_NAMED = 20


class OrganizationOrder(RequestModel):
    """An organization; one that is there already only becomes a partner."""

    name: str
    is_partner: bool = False


class OrganizationsOrder(RequestModel):
    """Which organizations there are."""


class ListedOrganization(WireModel):
    """An organization, as an operator sees it."""

    id: str
    name: str
    type: str
    # What it calls itself, if that is something else; the operator's commands know it by its name.
    shown_name: str | None = None


class Organizations(WireModel):
    """All of them, by name."""

    organizations: list[ListedOrganization]


def create_organization(tx: Transaction, order: OrganizationOrder) -> ListedOrganization:
    name = check_name(["name"], order.name)
    organization_id = auth.find_or_create_organization(tx, name)
    if order.is_partner:
        auth.make_partner(tx, organization_id)
        auth.record(tx, operator_of(organization_id), "make_partner", None, (organization_id,))
    return _listed(get_organization(tx, name))


def list_organizations(tx: Transaction, order: OrganizationsOrder) -> Organizations:
    return Organizations(organizations=[_listed(row) for row in auth.list_organizations(tx)])


def operator_of(organization_id: str) -> Caller:
    """The operator, who may do everything in every organization."""
    return Caller(organization_id, permissions=granted_by([EVERYTHING]))


def check_name(loc: list[str | int], given: str) -> str:
    """A name as it is stored: without the spaces around it.

    Raises:
        ValidationFailed: It is empty or too long, or would not show as it is.
    """
    name = given.strip(" ")
    if not (0 < len(name) <= MAX_NAME_CHARACTERS and name.isprintable()):
        raise invalid(loc, f"a name has 1 to {MAX_NAME_CHARACTERS} printable characters")
    return name


def get_organization(tx: Transaction, given: str | None) -> OrganizationRow:
    """The organization of that name; without a name, the one for development, or the only one.

    Raises:
        ValidationFailed: There is none, or it is not clear which one is meant.
    """
    found = _find_organization(tx, given)
    if found is None:
        raise invalid(
            ["organization"],
            "there is none yet; `antonnia token create --organization NAME` makes one",
        )
    return found


def find_or_create_organization(tx: Transaction, given: str | None) -> OrganizationRow:
    """As `get_organization`; where nothing was started yet, `antonnia dev` will find it."""
    found = _find_organization(tx, given)
    if found is None:
        bootstrap.prepare_organization(tx)
        found = get_organization(tx, bootstrap.ORGANIZATION)
    return found


def _find_organization(tx: Transaction, given: str | None) -> OrganizationRow | None:
    """None if no name is given and there are no organizations."""
    name = bootstrap.ORGANIZATION if given is None else check_name(["organization"], given)
    found = auth.find_organization(tx, name)
    if found is not None:
        return found
    organizations = auth.list_organizations(tx)
    if given is not None:
        raise invalid(
            ["organization"], f"there is no organization {name!r}; {_known(organizations)}"
        )
    if len(organizations) > 1:
        raise invalid(["organization"], f"which one? {_known(organizations)}")
    return organizations[0] if organizations else None


def _known(organizations: list[OrganizationRow]) -> str:
    names = [organization.name for organization in organizations[:MAX_NAMED]] or ["none"]
    more = ["…"] if len(organizations) > MAX_NAMED else []
    return f"there are: {', '.join(names + more)}"


def _listed(row: OrganizationRow) -> ListedOrganization:
    return ListedOrganization(id=row.id, name=row.name, type=row.type, shown_name=row.shown_name)


CREATE_ORGANIZATION = Operation(OrganizationOrder, ListedOrganization, create_organization)
LIST_ORGANIZATIONS = Operation(OrganizationsOrder, Organizations, list_organizations)
