"""Texts that a client gives, within their limits."""

from pydantic import Field
from typing_extensions import Annotated

from antonnia.core.patterns import VISIBLE

# Whatever is shown has at least one character that can be seen.
Name = Annotated[str, Field(min_length=1, max_length=255, pattern=VISIBLE)]
Title = Annotated[str, Field(min_length=1, max_length=1000, pattern=VISIBLE)]
Phrasing = Annotated[str, Field(min_length=1, max_length=1000, pattern=VISIBLE)]
Source = Annotated[str, Field(min_length=1, max_length=1000, pattern=VISIBLE)]
Question = Annotated[str, Field(min_length=1, max_length=65_536, pattern=VISIBLE)]

# A message has 65,536 characters at most, and the source goes with the answer.
AnswerText = Annotated[str, Field(min_length=1, max_length=64_000, pattern=VISIBLE)]

Offset = Annotated[int, Field(ge=0)]
Limit = Annotated[int, Field(ge=1, le=1000)]
