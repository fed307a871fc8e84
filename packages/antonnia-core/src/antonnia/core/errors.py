"""Everything the clients raise on purpose.

```
AntonniaError
├── APIError                     the server answered with a status that is not a success
│   ├── AuthenticationError      401
│   │   └── TokenExpiredError    its code is `token_expired`
│   ├── PermissionDeniedError    403
│   ├── NotFoundError            404
│   ├── ConflictError            409
│   ├── PreconditionFailedError  412
│   ├── ValidationError          422, or the same mistake found before sending
│   ├── RateLimitError           429
│   └── ServerError              5xx
└── APIConnectionError           no answer, or one that cannot be read
    └── APITimeoutError          no answer in time
```

The classes are families; `code` tells their members apart and never changes.
"""

from __future__ import annotations

from typing import Any, ClassVar, List, Optional, Sequence, TypedDict, Union


class FieldError(TypedDict):
    """What is wrong with one field of a request."""

    loc: List[Union[str, int]]
    msg: str
    type: str


class AntonniaError(Exception):
    """Any failure of a call.

    Attributes:
        message: What happened and what to do, for a person.
        status_code: The HTTP status, or `None` if there was no answer to speak of.
        code: The stable name of the failure, such as `session_not_found`.
        request_id: The id under which the server logged the request.
        response_data: The answer: parsed if it was JSON, otherwise its text.
        errors: The fields that were refused.
        retry_after: Seconds the server asked to wait before trying again.
    """

    def __init__(
        self,
        message: str,
        *,
        status_code: Optional[int] = None,
        code: Optional[str] = None,
        request_id: Optional[str] = None,
        response_data: Any = None,
        errors: Sequence[FieldError] = (),
        retry_after: Optional[float] = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self._status_code = status_code
        self.code = code
        self.request_id = request_id
        self.response_data = response_data
        self.errors: List[FieldError] = list(errors)
        self.retry_after = retry_after

    @property
    def status_code(self) -> Optional[int]:
        return self._status_code

    def __str__(self) -> str:
        context = [
            f"{name} {value}"
            for name, value in (
                ("status", self.status_code),
                ("code", self.code),
                ("request", self.request_id),
            )
            if value is not None
        ]
        return f"{self.message} ({', '.join(context)})" if context else self.message


class APIError(AntonniaError):
    """The server answered with a status that is not a success."""

    usual_status_code: ClassVar[int] = 500

    @property
    def status_code(self) -> int:
        return self.usual_status_code if self._status_code is None else self._status_code


class AuthenticationError(APIError):
    """The token is missing, wrong, expired or revoked."""

    usual_status_code = 401


class TokenExpiredError(AuthenticationError):
    """The token was good, but has expired; a new one is needed."""


class PermissionDeniedError(APIError):
    """The token lacks a permission; the message names it."""

    usual_status_code = 403


class NotFoundError(APIError):
    """The object does not exist, or belongs to another organization."""

    usual_status_code = 404


class ConflictError(APIError):
    """Another writer was there first."""

    usual_status_code = 409


class PreconditionFailedError(APIError):
    """The session's epoch has moved since `if_epoch`; nothing was written.

    If an earlier try of the same call may have been carried out without its answer arriving,
    that failure is the `__cause__`: the epoch may have been moved by the call itself.
    """

    usual_status_code = 412


class ValidationError(APIError):
    """The body, or a rule it met, refuses the request; `errors` lists the fields.

    A mistake found before sending raises the same error as one found by the server.
    """

    usual_status_code = 422


class RateLimitError(APIError):
    """Too many requests; `retry_after` says how many seconds to wait."""

    usual_status_code = 429


class ServerError(APIError):
    """The server, or something before it, failed."""

    usual_status_code = 500


class APIConnectionError(AntonniaError):
    """No answer came, or one that cannot be read; whether anything was done is unknown."""


class APITimeoutError(APIConnectionError):
    """No answer came in time."""
