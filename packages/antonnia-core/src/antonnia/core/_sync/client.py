# Generated from ../client.py by `make sync`; do not edit.

"""What every client of a service has: its options, its connections, and their end."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, ClassVar, Mapping, Optional, Type, Union

from antonnia.core.not_given import NOT_GIVEN, NotGiven

from .transport import SyncTransport

if TYPE_CHECKING:
    from types import TracebackType

    import httpx
    from typing_extensions import Self


class SyncServiceClient:
    """A client of one service; each service has its own, which adds what the service offers.

    Nothing is connected, and neither httpx nor pydantic is loaded, before the first call. A call
    that fails for a passing reason (no connection, a timeout, 408, 429, 502, 503, 504, or a 409
    because the same call is still running) is sent again after a moment; whatever creates or
    changes something by POST carries an `Idempotency-Key`, so that no retry does it twice.

    Besides what its own documentation says, any call may raise `AuthenticationError`,
    `PermissionDeniedError`, `RateLimitError`, `ServerError`, `APIConnectionError` and
    `APITimeoutError`; all derive from `AntonniaError`.
    """

    # The path of the service, such as `/conversations/v2`.
    _prefix: ClassVar[str]

    def __init__(
        self,
        token: Optional[str] = None,
        base_url: Optional[str] = None,
        timeout: Union[float, NotGiven, None] = NOT_GIVEN,
        http_client: Optional[httpx.Client] = None,
        *,
        max_retries: int = 2,
    ) -> None:
        """Make a client.

        Args:
            token: The API token; `ANTONNIA_TOKEN` if left out.
            base_url: The root of the platform; `ANTONNIA_BASE_URL` or `https://api.antonnia.com`
                if left out.
            timeout: Seconds to wait for a connection, and for each piece of an answer; 60 by
                default, `None` for no limit. A given `http_client` keeps its own unless this is
                given too.
            http_client: An `httpx.Client` of yours, for a proxy (`proxy=`), certificates or
                limits. It is not closed with this client.
            max_retries: How often a call is sent again at most; 0 turns retries off.

        Raises:
            AntonniaError: There is no token, `base_url` is not a plain http or https URL, or an
                option is out of its limits.
        """
        self._carry_with(
            SyncTransport(
                self._prefix,
                token=token,
                base_url=base_url,
                timeout=timeout,
                http_client=http_client,
                max_retries=max_retries,
            )
        )

    def _carry_with(self, transport: SyncTransport) -> None:
        """Send every call with this transport; a client gives it to its resources too."""
        self._transport = transport

    def with_options(
        self,
        *,
        timeout: Union[float, NotGiven, None] = NOT_GIVEN,
        max_retries: Union[int, NotGiven] = NOT_GIVEN,
        headers: Optional[Mapping[str, str]] = None,
    ) -> Self:
        """The same client with other options; what is left out stays as it is.

        It is cheap, for a single call too: `client.with_options(timeout=5).sessions.get(id)`. It
        uses the connections of this client. They end with this client: closing the copy does
        nothing.

        Args:
            timeout: Seconds, at most a day; `None` for no limit.
            max_retries: How often a call is sent again at most; 0 turns retries off.
            headers: Sent with each call, besides those that this client was given. What a call
                says by itself (`Authorization`, `Content-Type`, `Idempotency-Key`, …) is refused.

        Raises:
            AntonniaError: An option is out of its limits, or no header can carry a value.
        """
        changed = copy(self)
        transport = self._transport.with_options(
            timeout=timeout, max_retries=max_retries, headers=headers
        )
        changed._carry_with(transport)  # noqa: SLF001 - a copy of this very object
        return changed

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: Optional[Type[BaseException]],
        exc: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give back the connections; `with` does it by itself.

        An `http_client` that was given stays open. Calls under way end with an
        `APIConnectionError`, later ones with an `AntonniaError`, both with the code
        `client_closed`.
        """
        self._transport.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self._transport.url!r})"
