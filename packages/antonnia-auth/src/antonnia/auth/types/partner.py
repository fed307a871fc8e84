"""Partners: who make organizations for others, and tokens in them."""

from datetime import datetime
from typing import Literal, Optional, Union

from pydantic import Field
from typing_extensions import Annotated

from antonnia.core.models import RequestModel, WireModel

from .members import Role
from .texts import Email, Name

PartnerTokenType = Literal["app_token", "account_token"]


class PartnerToken(WireModel, hide_input_in_errors=True):
    """A token that a partner made, with its secret, which is shown this once.

    It is an `app_token` if it was made for an app, or else an `account_token`.
    """

    key_id: str
    key_name: str
    organization_id: str
    secret: Annotated[str, Field(repr=False)]
    app_id: Optional[str] = None
    type: Union[PartnerTokenType, str]
    is_active: bool
    created_at: datetime


class PartnerOrganizationCreate(RequestModel):
    """The body of `POST /partner/organizations`."""

    name: Name


class PartnerMemberCreate(RequestModel):
    """The body of `POST /partner/organizations/{id}/members`."""

    email: Email
    role: Role


class PartnerTokenCreate(RequestModel):
    """The body of `POST /partner/organizations/{id}/tokens`."""

    key_name: Name
    app_id: Optional[Annotated[str, Field(min_length=1, max_length=255)]] = None
