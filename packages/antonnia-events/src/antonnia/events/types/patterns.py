"""Which events are meant."""

from typing import List

from pydantic import Field
from typing_extensions import Annotated

# Which names there are is for the server to say: it may know more than this version does.
EventPattern = Annotated[
    str, Field(max_length=100, pattern=r"^(\*|[a-z][a-z_]*(\.[a-z][a-z_]*)*(\.\*)?)$")
]
"""A type such as `session.created`, all of a kind as `session.*`, or all there are as `*`."""

EventPatterns = Annotated[List[EventPattern], Field(min_length=1, max_length=100)]
