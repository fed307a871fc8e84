"""The rules of organizations, tokens, users and members.

What is exported here is for the rest of the server; the routes take each kind from its module.
"""

from ..errors import OrganizationNotFound
from .audit import record, schedule_audit_retention
from .identities import TOPIC as TOKENS_TOPIC
from .identities import confirm, identify, note_uses
from .organizations import (
    CreatedToken,
    OrganizationRow,
    create_token,
    find_or_create_organization,
    find_organization,
    list_organizations,
    make_partner,
)

__all__ = [
    "TOKENS_TOPIC",
    "CreatedToken",
    "OrganizationNotFound",
    "OrganizationRow",
    "confirm",
    "create_token",
    "find_or_create_organization",
    "find_organization",
    "identify",
    "list_organizations",
    "make_partner",
    "note_uses",
    "record",
    "schedule_audit_retention",
]
