"""Permissions: what a token may do."""

from typing import List, Union

from antonnia.core.models import WireModel

from .members import Role


class Permission(WireModel):
    """Something that a token may do, such as `conversations:read`, and the roles that have it."""

    name: str
    description: str
    roles: List[Union[Role, str]]
