"""Texts that a client gives, within their limits."""

from pydantic import Field
from typing_extensions import Annotated

# Whatever is shown has at least one character that can be seen.
_VISIBLE = r"\S"

Name = Annotated[str, Field(min_length=1, max_length=255, pattern=_VISIBLE)]
Title = Annotated[str, Field(min_length=1, max_length=1000, pattern=_VISIBLE)]
Phrasing = Annotated[str, Field(min_length=1, max_length=1000, pattern=_VISIBLE)]
Source = Annotated[str, Field(min_length=1, max_length=1000, pattern=_VISIBLE)]
Question = Annotated[str, Field(min_length=1, max_length=65_536, pattern=_VISIBLE)]

# A message has 65,536 characters at most, and the source goes with the answer.
AnswerText = Annotated[str, Field(min_length=1, max_length=64_000, pattern=_VISIBLE)]

Offset = Annotated[int, Field(ge=0)]
Limit = Annotated[int, Field(ge=1, le=1000)]
