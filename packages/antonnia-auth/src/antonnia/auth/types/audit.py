"""The audit log: who did what to which object."""

from datetime import datetime
from typing import Optional

from pydantic import Field
from typing_extensions import Annotated

from antonnia.core.models import RequestModel, WireModel
from antonnia.core.moments import Moment

from .texts import Limit

ActionName = Annotated[str, Field(max_length=100, pattern=r"^[a-z][a-z_.]*$")]
ObjectId = Annotated[str, Field(min_length=1, max_length=255)]


class AuditEntry(WireModel):
    """A change that was made: what, to which object, by which token, from where.

    `action` is the name of the operation; `address` is where the request came from. What the
    operator did on the server's own machine has no token.
    """

    id: str
    organization_id: str
    created_at: datetime
    action: str
    object_id: Optional[str] = None
    token_id: Optional[str] = None
    user_id: Optional[str] = None
    address: Optional[str] = None
    request_id: Optional[str] = None


class AuditSearch(RequestModel):
    """The body of `POST /audit/search`; the newest come first, back from `until` to `since`."""

    action: Optional[ActionName] = None
    object_id: Optional[ObjectId] = None
    token_id: Optional[ObjectId] = None
    user_id: Optional[ObjectId] = None
    since: Optional[Moment] = None
    until: Optional[Moment] = None
    limit: Optional[Limit] = None
    cursor: Optional[str] = None


class AuditExport(RequestModel):
    """The body of `POST /audit/export`, which answers entries as JSON Lines, the newest first."""

    since: Optional[Moment] = None
    until: Optional[Moment] = None
    limit: Optional[Limit] = None
    cursor: Optional[str] = None
