"""Request bodies: checked before they are sent, with only the fields that were given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, List, Mapping, Optional, Type, TypeVar

from .errors import FieldError, ValidationError
from .fields import describe, field_errors
from .not_given import NotGiven

if TYPE_CHECKING:
    from .models import RequestModel

Body = TypeVar("Body", bound="RequestModel")


def make_body(
    model: Type[Body], nullable: Optional[Mapping[str, object]] = None, /, **optional: object
) -> Body:
    """Build a request body from the arguments of a call.

    Those in `nullable` are sent as they are, null included, unless `NOT_GIVEN`; all others are
    left out when `None`.

    Raises:
        ValidationError: As the server would answer it.
    """
    given = {name: value for name, value in optional.items() if value is not None}
    given.update(nullable or {})
    return _validate(
        model, {name: value for name, value in given.items() if not isinstance(value, NotGiven)}
    )


def continue_from(body: Body, cursor: str) -> Body:
    """The same search, from `cursor` on."""
    given = {name: getattr(body, name) for name in body.model_fields_set - {"offset"}}
    return _validate(type(body), {**given, "cursor": cursor})


def encode_body(body: RequestModel) -> bytes:
    """The body as JSON, with the fields that were given."""
    from pydantic_core import PydanticSerializationError

    try:
        return body.model_dump_json(include=_given_fields(body)).encode()
    except PydanticSerializationError as exc:
        message = f"the body cannot be written as JSON: {exc}"
        raise ValidationError(
            message,
            code="validation_error",
            errors=[{"loc": ["body"], "msg": message, "type": "not_json"}],
        ) from exc


def _given_fields(body: RequestModel) -> Dict[str, Any]:
    # In `{"fields": {...}}` a field left out is kept and null clears it, so bodies within bodies
    # are reduced too. Message contents are not: their `type` is a default that must be sent.
    from .models import RequestModel

    values = ((name, getattr(body, name)) for name in body.model_fields_set)
    return {
        name: _given_fields(value) if isinstance(value, RequestModel) else True
        for name, value in values
    }


def _validate(model: Type[Body], given: Mapping[str, object]) -> Body:
    import pydantic

    try:
        return model.model_validate(given)
    except pydantic.ValidationError as exc:
        found = field_errors(exc)
        errors: List[FieldError] = [{**error, "loc": ["body", *error["loc"]]} for error in found]
        is_misspelt = any(error["type"] == "extra_forbidden" for error in errors)
        raise ValidationError(
            # Whoever calls a method has passed arguments and no body.
            describe(found),
            code="unknown_field" if is_misspelt else "validation_error",
            errors=errors,
        ) from exc
