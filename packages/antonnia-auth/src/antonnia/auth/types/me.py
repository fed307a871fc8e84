"""Me: who a token stands for."""

from typing import List, Optional, Union

from antonnia.core.models import WireModel

from .members import Role
from .organizations import Organization
from .tokens import Token
from .users import User


class Me(WireModel):
    """Who calls: the token, its organization, and what it may do.

    `user` and `role` are there if the token belongs to a user.
    """

    organization: Organization
    token: Token
    permissions: List[str]
    user: Optional[User] = None
    role: Optional[Union[Role, str]] = None
