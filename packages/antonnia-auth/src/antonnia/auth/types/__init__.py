"""Every object and body of the auth API."""

from .audit import AuditEntry, AuditExport, AuditSearch
from .me import Me
from .members import Member, MemberCreate, MemberSearch, MemberUpdate, Role
from .organizations import (
    Organization,
    OrganizationCreate,
    OrganizationSearch,
    OrganizationType,
    OrganizationUpdate,
)
from .partner import (
    PartnerMemberCreate,
    PartnerOrganizationCreate,
    PartnerToken,
    PartnerTokenCreate,
    PartnerTokenType,
)
from .permissions import Permission
from .tokens import (
    MAX_OVERLAP_SECONDS,
    Token,
    TokenCreate,
    TokenRotate,
    TokenSearch,
    TokenUpdate,
    TokenWithSecret,
)
from .users import User, UserCreate, UserSearch, UserUpdate

__all__ = [
    "MAX_OVERLAP_SECONDS",
    "AuditEntry",
    "AuditExport",
    "AuditSearch",
    "Me",
    "Member",
    "MemberCreate",
    "MemberSearch",
    "MemberUpdate",
    "Organization",
    "OrganizationCreate",
    "OrganizationSearch",
    "OrganizationType",
    "OrganizationUpdate",
    "PartnerMemberCreate",
    "PartnerOrganizationCreate",
    "PartnerToken",
    "PartnerTokenCreate",
    "PartnerTokenType",
    "Permission",
    "Role",
    "Token",
    "TokenCreate",
    "TokenRotate",
    "TokenSearch",
    "TokenUpdate",
    "TokenWithSecret",
    "User",
    "UserCreate",
    "UserSearch",
    "UserUpdate",
]
