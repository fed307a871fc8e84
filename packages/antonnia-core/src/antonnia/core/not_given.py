"""The value of an argument that was not given."""

from __future__ import annotations

from typing import Final


class NotGiven:
    """The type of `NOT_GIVEN`."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "NOT_GIVEN"


NOT_GIVEN: Final = NotGiven()
"""The default of an argument for which `None` means something: it is left out of the body."""
