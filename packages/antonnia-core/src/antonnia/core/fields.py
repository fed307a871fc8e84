"""What pydantic says about fields, in the words of the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, List, Sequence

from .errors import FieldError

if TYPE_CHECKING:
    import pydantic


def field_errors(exc: pydantic.ValidationError) -> List[FieldError]:
    """Each refused field, without its value: that may be a contact's words."""
    return [
        {"loc": list(error["loc"]), "msg": error["msg"], "type": error["type"]}
        for error in exc.errors(include_url=False, include_context=False, include_input=False)
    ]


def describe(errors: Sequence[FieldError]) -> str:
    """The errors as one line for a person."""
    return "; ".join(
        f"{'.'.join(map(str, error['loc']))}: {error['msg']}" if error["loc"] else error["msg"]
        for error in errors
    )
