"""Tokens: what a program shows to be let in."""

from datetime import datetime
from typing import List, Optional

from pydantic import Field
from typing_extensions import Annotated

from antonnia.core.models import RequestModel, WireModel
from antonnia.core.moments import Moment

from .texts import Limit, Name, Offset, PermissionNames

MAX_OVERLAP_SECONDS = 604_800


class Token(WireModel):
    """What lets a program in, without its secret; `prefix` is how that begins.

    `last_used_at` may be a minute behind. With a `user_id`, the token may do what it says and
    that user may do.
    """

    id: str
    organization_id: str
    name: str
    permissions: List[str]
    prefix: str
    user_id: Optional[str] = None
    created_at: datetime
    expires_at: Optional[datetime] = None
    last_used_at: Optional[datetime] = None
    revoked_at: Optional[datetime] = None


class TokenWithSecret(Token, hide_input_in_errors=True):
    """A token with its secret, `antn_…`, which is shown this once."""

    secret: Annotated[str, Field(repr=False)]


class TokenCreate(RequestModel):
    """The body of `POST /tokens`."""

    name: Name
    permissions: PermissionNames
    expires_at: Optional[Moment] = None
    user_id: Optional[str] = None


class TokenUpdate(RequestModel):
    """The body of `PATCH /tokens/{id}`."""

    name: Optional[Name] = None


class TokenRotate(RequestModel):
    """The body of `POST /tokens/{id}/rotate`; the old secret works for that many seconds more."""

    overlap_seconds: Annotated[int, Field(ge=0, le=MAX_OVERLAP_SECONDS)] = 0


class TokenSearch(RequestModel):
    """The body of `POST /tokens/search`; the oldest come first.

    An active token is one that is neither revoked nor expired.
    """

    user_id: Optional[str] = None
    is_active: Optional[bool] = None
    offset: Optional[Offset] = None
    limit: Optional[Limit] = None
    cursor: Optional[str] = None
