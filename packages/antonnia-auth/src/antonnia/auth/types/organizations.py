"""Organizations: whom everything belongs to."""

from datetime import datetime
from typing import Literal, Optional, Union

from antonnia.core.models import RequestModel, WireModel

from .texts import Limit, Name, Offset

OrganizationType = Literal["standard", "partner"]


class Organization(WireModel):
    """Whom everything belongs to; `partner_id` is the partner that made it, if one did."""

    id: str
    name: str
    type: Union[OrganizationType, str]
    partner_id: Optional[str] = None
    created_at: datetime
    updated_at: Optional[datetime] = None


class OrganizationCreate(RequestModel):
    """The body of `POST /organizations`."""

    name: Name


class OrganizationUpdate(RequestModel):
    """The body of `PATCH /organizations/{id}`."""

    name: Optional[Name] = None


class OrganizationSearch(RequestModel):
    """The body of `POST /organizations/search`; the oldest come first."""

    name: Optional[Name] = None
    offset: Optional[Offset] = None
    limit: Optional[Limit] = None
    cursor: Optional[str] = None
