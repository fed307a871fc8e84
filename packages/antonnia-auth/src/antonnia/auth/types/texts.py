"""Texts and numbers that a client gives, within their limits."""

from typing import List

from pydantic import Field
from typing_extensions import Annotated

from antonnia.core.patterns import VISIBLE

# Whatever is shown has at least one character that can be seen.
Name = Annotated[str, Field(min_length=1, max_length=255, pattern=VISIBLE)]

# Whether mail arrives there only mail can say.
Email = Annotated[str, Field(max_length=254, pattern=r"^[!-?A-~]+@[!-?A-~]+$")]

# Which services there are is for the server to say: it may know more than this version does.
PermissionName = Annotated[
    str, Field(max_length=100, pattern=r"^(\*|[a-z][a-z_]*:(read|write|admin))$")
]
"""What a token may do: `conversations:read`, …, or everything as `*`."""

PermissionNames = Annotated[List[PermissionName], Field(min_length=1, max_length=100)]

Offset = Annotated[int, Field(ge=0)]
Limit = Annotated[int, Field(ge=1, le=1000)]
