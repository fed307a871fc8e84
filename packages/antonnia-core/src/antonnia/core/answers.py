"""Answers: read into objects, or turned into the error they mean."""

from __future__ import annotations

import json
import time
from typing import (
    TYPE_CHECKING,
    Any,
    Dict,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Type,
    TypeVar,
    cast,
)

from .errors import (
    APIConnectionError,
    APIError,
    AuthenticationError,
    ConflictError,
    FieldError,
    NotFoundError,
    PermissionDeniedError,
    PreconditionFailedError,
    RateLimitError,
    ServerError,
    TokenExpiredError,
    ValidationError,
)
from .fields import describe, field_errors
from .retries import parse_retry_after

if TYPE_CHECKING:
    from pydantic import TypeAdapter

T = TypeVar("T")

ERROR_CLASSES: Dict[int, Type[APIError]] = {
    error_class.usual_status_code: error_class
    for error_class in (
        AuthenticationError,
        PermissionDeniedError,
        NotFoundError,
        ConflictError,
        PreconditionFailedError,
        ValidationError,
        RateLimitError,
    )
}

# Members of a family that callers tell apart by class.
CODE_CLASSES: Dict[str, Type[APIError]] = {"token_expired": TokenExpiredError}


class HttpAnswer(NamedTuple):
    """A whole answer; `headers` finds a name written in lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def request_id(self) -> Optional[str]:
        return self.headers.get("x-request-id")


def read_answer(answer_type: Type[T], answer: HttpAnswer) -> T:
    """The object in a successful answer.

    Raises:
        APIConnectionError: It is not the object that the contract promises.
    """
    object_read: T = _read(answer_type, answer)
    return object_read


def read_list(item_type: Type[T], answer: HttpAnswer) -> List[T]:
    """The objects in a successful answer to a search."""
    objects: List[T] = _read(cast("Any", List)[item_type], answer)
    return objects


def read_nothing(answer: HttpAnswer) -> None:
    """What a deletion gives."""


# Building an adapter costs a thousand times more than using it.
_ADAPTERS: Dict[object, TypeAdapter[Any]] = {}


def _read(wanted: Any, answer: HttpAnswer) -> Any:
    import pydantic

    if wanted not in _ADAPTERS:
        _ADAPTERS[wanted] = pydantic.TypeAdapter(wanted)
    try:
        return _ADAPTERS[wanted].validate_json(answer.content)
    except pydantic.ValidationError as exc:
        errors = field_errors(exc)
        raise APIConnectionError(
            f"unreadable answer{_unless_json(answer)}: {describe(errors)}",
            request_id=answer.request_id,
            response_data=_readable(answer.content),
            errors=errors,
        ) from exc


def error_from(answer: HttpAnswer) -> APIError:
    """The error that an unsuccessful answer means, whatever its body is."""
    data = _readable(answer.content)
    problem: Dict[str, Any] = cast("Dict[str, Any]", data) if isinstance(data, dict) else {}
    code = _text(problem.get("code"))
    return error_class_of(answer.status, code)(
        _text(problem.get("detail")) or _text(problem.get("title")) or _status_alone(answer),
        status_code=answer.status,
        code=code,
        request_id=answer.request_id or _text(problem.get("request_id")),
        response_data=data,
        errors=_field_errors(problem.get("errors")),
        retry_after=_retry_after(answer, problem),
    )


def error_class_of(status: int, code: Optional[str]) -> Type[APIError]:
    """The class of the errors with that status and code."""
    family = ERROR_CLASSES.get(status, ServerError if status >= 500 else APIError)
    member = CODE_CLASSES.get(code or "", family)
    return member if issubclass(member, family) else family


def _status_alone(answer: HttpAnswer) -> str:
    location = answer.headers.get("location")
    if 300 <= answer.status < 400 and location is not None:
        return (
            f"the server answered {answer.status}, a redirect to {location[:200]}, "
            "which is not followed; is base_url right?"
        )
    return f"the server answered {answer.status} without saying why"


def _unless_json(answer: HttpAnswer) -> str:
    content_type = answer.headers.get("content-type", "")
    is_json = not content_type or "json" in content_type
    return "" if is_json else f" of type {content_type[:200]}"


def _readable(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return content.decode(errors="replace")


def _text(value: object) -> Optional[str]:
    return value if isinstance(value, str) else None


def _field_errors(value: object) -> List[FieldError]:
    items = cast("List[object]", value) if isinstance(value, list) else []
    return [cast("FieldError", item) for item in items if isinstance(item, dict)]


def _retry_after(answer: HttpAnswer, problem: Mapping[str, Any]) -> Optional[float]:
    asked = answer.headers.get("retry-after")
    if asked is None and isinstance(problem.get("retry_after"), (int, float)):
        asked = str(problem["retry_after"])
    return None if asked is None else parse_retry_after(asked, time.time())
