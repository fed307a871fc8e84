"""Ids that the caller gives, of things that live elsewhere."""

from pydantic import Field
from typing_extensions import Annotated

CallerId = Annotated[str, Field(min_length=1, max_length=255)]
