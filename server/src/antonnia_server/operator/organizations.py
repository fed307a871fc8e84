"""Which organization an operator means."""

from __future__ import annotations

from .. import bootstrap
from ..auth import service as auth
from ..auth.service import OrganizationRow
from ..db import Transaction
from ..http.refusal import invalid

MAX_NAME_CHARACTERS = 255


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
    organizations = auth.list_organizations(tx)
    name = bootstrap.ORGANIZATION if given is None else check_name(["organization"], given)
    for organization in organizations:
        if organization.name == name:
            return organization
    if given is not None:
        raise invalid(
            ["organization"], f"there is no organization {name!r}; {_known(organizations)}"
        )
    if len(organizations) > 1:
        raise invalid(["organization"], f"which one? {_known(organizations)}")
    return organizations[0] if organizations else None


def _known(organizations: list[OrganizationRow]) -> str:
    names = ", ".join(organization.name for organization in organizations) or "none"
    return f"there are: {names}"
