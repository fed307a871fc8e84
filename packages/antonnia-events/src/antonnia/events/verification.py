"""Verifies that a delivery is one of ours; on the standard library alone."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Dict, Iterable, Protocol, Tuple, Union

from antonnia.core.errors import AntonniaError
from antonnia.core.webhook_signatures import is_signed, sign

from .exceptions import WebhookVerificationError

if TYPE_CHECKING:
    from antonnia.events.types import Event

_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_NEEDED = ("webhook-id", "webhook-timestamp", "webhook-signature")


class Headers(Protocol):
    """The headers of a request, as any framework has them."""

    def items(self) -> Iterable[Tuple[str, str]]:
        """Each name with its value."""
        ...


class Webhook:
    """Verifies what is delivered to a webhook.

    ```python
    webhook = Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")


    def receive(body: bytes, headers: Headers) -> int:
        try:
            event = webhook.verify(body, headers)
        except WebhookVerificationError:
            return 400
        print(event.type)
        return 204
    ```

    Args:
        secrets: The secret of the webhook, `whsec_…`; after a rotation the new and the old one.
        tolerance_seconds: How much older or newer than now a delivery may say that it is.

    Raises:
        AntonniaError: There is no secret, or one is not `whsec_…`.
    """

    def __init__(self, *secrets: str, tolerance_seconds: float = 300) -> None:
        if not secrets:
            raise AntonniaError("a webhook is verified with its secret")
        for secret in secrets:
            _check_secret(secret)
        self._secrets = secrets
        self._tolerance_seconds = tolerance_seconds

    def verify(self, body: Union[bytes, str], headers: Headers) -> Event:
        """The event that was delivered; it has the class of its type, such as `MessageCreated`.

        An event may be delivered twice; `event.id` tells.

        Args:
            body: The body as it came, before anything has parsed it.
            headers: The headers as they came, in upper or lower case.

        Raises:
            WebhookVerificationError: The signature is not right, the delivery is too old or too
                new, or anything about it is malformed; and nothing else is ever raised.
        """
        content = _bytes_of(body)
        given = _needed_of(headers)
        timestamp = self._current(given["webhook-timestamp"])
        signatures = given["webhook-signature"]
        if not is_signed(self._secrets, given["webhook-id"], timestamp, content, signatures):
            raise WebhookVerificationError("no signature is right; is it the secret of this URL?")
        event = _read(content)
        if event.id != given["webhook-id"]:
            raise WebhookVerificationError("the event is not the one that webhook-id names")
        return event

    def _current(self, given: str) -> int:
        if not _TIMESTAMP.fullmatch(given):
            raise WebhookVerificationError("webhook-timestamp is not seconds since 1970")
        timestamp = int(given)
        if abs(time.time() - timestamp) > self._tolerance_seconds:
            raise WebhookVerificationError("webhook-timestamp is too far from now")
        return timestamp

    def __repr__(self) -> str:
        # Not the secrets.
        return f"{type(self).__name__}(tolerance_seconds={self._tolerance_seconds})"


def _check_secret(secret: object) -> None:
    if not isinstance(secret, str):
        raise AntonniaError("the secret of a webhook is a text, whsec_…")
    try:
        sign(secret, "", 0, b"")
    except ValueError as exc:
        raise AntonniaError(str(exc)) from exc


def _bytes_of(body: object) -> bytes:
    if isinstance(body, (bytes, bytearray, memoryview)):
        return bytes(body)
    if not isinstance(body, str):
        raise WebhookVerificationError(
            f"the body must be given as it came, as bytes, not as {type(body).__name__}"
        )
    try:
        return body.encode()
    except UnicodeEncodeError as exc:
        raise WebhookVerificationError("the body is not UTF-8") from exc


def _needed_of(headers: Headers) -> Dict[str, str]:
    found: Dict[str, str] = {}
    try:
        pairs = [(name, value) for name, value in headers.items()]
    except (AttributeError, TypeError, ValueError) as exc:
        raise WebhookVerificationError("the headers must be given as names and values") from exc
    for name, value in pairs:
        key = name.lower() if isinstance(name, str) else ""
        if key in _NEEDED:
            found[key] = _one_of(key, found.get(key, value), value)
    for key in _NEEDED:
        if key not in found:
            raise WebhookVerificationError(f"there is no header {key}")
    return found


def _one_of(name: str, before: object, value: object) -> str:
    if not isinstance(value, str) or not value.isascii() or before != value:
        raise WebhookVerificationError(f"{name} is not one text of ASCII characters")
    return value


def _read(content: bytes) -> Event:
    import pydantic

    from antonnia.events.types import Event

    try:
        return Event.model_validate_json(content)
    except pydantic.ValidationError as exc:
        # Not the values: they may be a contact's words.
        raise WebhookVerificationError("the body is signed, but no event") from exc
