"""Users: the people, who may be members of several organizations."""

from datetime import datetime
from typing import Optional

from antonnia.core.models import RequestModel, WireModel

from .members import Role
from .texts import Email, Limit, Name, Offset


class User(WireModel):
    """A person, as an organization calls them that they are a member of; no other sees them."""

    id: str
    name: str
    email: str
    created_at: datetime


class UserCreate(RequestModel):
    """The body of `POST /users`; they become a member of the organization of the token."""

    name: Name
    email: Email
    role: Role = "viewer"


class UserUpdate(RequestModel):
    """The body of `PATCH /users/{id}`."""

    name: Optional[Name] = None


class UserSearch(RequestModel):
    """The body of `POST /users/search`; the oldest come first."""

    email: Optional[Email] = None
    offset: Optional[Offset] = None
    limit: Optional[Limit] = None
    cursor: Optional[str] = None
