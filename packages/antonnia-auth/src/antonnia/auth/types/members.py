"""Members: what a user is within an organization."""

from datetime import datetime
from typing import Literal, Optional, Union

from antonnia.core.models import RequestModel, WireModel

from .texts import Email, Limit, Name, Offset

Role = Literal["owner", "admin", "agent", "viewer"]


class Member(WireModel):
    """A user within an organization; `role` is a named set of permissions."""

    id: str
    user_id: str
    organization_id: str
    email: str
    role: Union[Role, str]
    created_at: datetime


class MemberCreate(RequestModel):
    """The body of `POST /members`; `name` is for a user that is made by it."""

    email: Email
    role: Role
    name: Optional[Name] = None


class MemberUpdate(RequestModel):
    """The body of `PATCH /members/{id}`."""

    role: Optional[Role] = None


class MemberSearch(RequestModel):
    """The body of `POST /members/search`; the oldest come first."""

    user_id: Optional[str] = None
    email: Optional[Email] = None
    role: Optional[Role] = None
    offset: Optional[Offset] = None
    limit: Optional[Limit] = None
    cursor: Optional[str] = None
