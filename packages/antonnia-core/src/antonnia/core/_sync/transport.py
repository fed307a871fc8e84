# Generated from ../transport.py by `make sync`; do not edit.

"""A request's way out and back: headers, retries, logging. The one place that knows httpx."""

from __future__ import annotations

import logging
import sys
import uuid
from time import perf_counter
from typing import TYPE_CHECKING, Dict, Mapping, Optional, Protocol, Type, TypeVar, Union

from antonnia.core.answers import HttpAnswer, error_from, read_answer, read_list
from antonnia.core.bodies import continue_from, encode_body
from antonnia.core.credentials import check_idempotency_key, find_token
from antonnia.core.errors import AntonniaError, APIConnectionError, APIError, APITimeoutError
from antonnia.core.event_loops import no_loop
from antonnia.core.not_given import NOT_GIVEN, NotGiven
from antonnia.core.retries import delay_seconds, is_worth_retrying
from antonnia.core.urls import service_url
from antonnia.core.version import __version__

from .pagination import SyncPage

if TYPE_CHECKING:
    import httpx

    from antonnia.core.models import RequestModel

_logger = logging.getLogger("antonnia")

T = TypeVar("T")

DEFAULT_TIMEOUT_SECONDS = 60.0
USER_AGENT = (
    f"antonnia-python/{__version__} "
    f"Python/{sys.version_info[0]}.{sys.version_info[1]} ({sys.platform})"
)


class SyncSender(Protocol):
    """The outside world: sends one request, waits, closes."""

    def send(
        self, method: str, url: str, headers: Mapping[str, str], content: Optional[bytes]
    ) -> HttpAnswer:
        """Send a request once, and raise `APIConnectionError` if no answer came."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...

    def close(self) -> None:
        """Give back the connections, unless they belong to the caller."""
        ...


class SyncHttpxSender:
    """Sends with httpx, which is loaded with the first request."""

    def __init__(
        self, client: Optional[httpx.Client], timeout: Union[float, NotGiven, None]
    ) -> None:
        self._client = client
        self._is_ours = client is None
        self._is_closed = False
        self._loop: object = None
        self._timeout = timeout

    def send(
        self, method: str, url: str, headers: Mapping[str, str], content: Optional[bytes]
    ) -> HttpAnswer:
        import httpx

        if self._is_closed:
            raise AntonniaError("this client has been closed; make a new one")
        timeout = self._timeout
        client = self._client_here()
        try:
            response = client.request(
                method,
                url,
                headers=headers,
                content=content,
                timeout=httpx.USE_CLIENT_DEFAULT if isinstance(timeout, NotGiven) else timeout,
            )
        except httpx.TimeoutException as exc:
            raise APITimeoutError(f"no answer in time from {method} {url}: {exc!r}") from exc
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise APIConnectionError(f"no answer from {method} {url}: {exc!r}") from exc
        return HttpAnswer(response.status_code, response.headers, response.content)

    def sleep(self, seconds: float) -> None:
        import time

        time.sleep(seconds)

    def close(self) -> None:
        self._is_closed = True
        if self._is_ours and self._client is not None and self._loop is no_loop():
            self._client.close()

    def _client_here(self) -> httpx.Client:
        import httpx

        # Connections die with the event loop that opened them, and can then not even be closed:
        # after a second `asyncio.run`, the old ones are left behind.
        is_elsewhere = self._is_ours and self._loop is not no_loop()
        if self._client is None or is_elsewhere:
            # httpx keeps 20 idle connections by default; beyond that it would dial anew each time.
            limits = httpx.Limits(max_connections=1000, max_keepalive_connections=100)
            self._client = httpx.Client(timeout=DEFAULT_TIMEOUT_SECONDS, limits=limits)
            self._loop = no_loop()
        return self._client


class SyncTransport:
    """Carries the requests of one client to one service.

    Args:
        prefix: The path of the service, such as `/conversations/v2`.
        token: The API token, or `None` for `ANTONNIA_TOKEN`.
        base_url: The root of the platform, or `None` for `ANTONNIA_BASE_URL` or the public one.
        timeout: Seconds, 60 by default, or the given client's own; `None` waits without limit.
        http_client: Used instead of an own client, and not closed.
        max_retries: How often a request is sent again at most.
    """

    def __init__(
        self,
        prefix: str,
        *,
        token: Optional[str] = None,
        base_url: Optional[str] = None,
        timeout: Union[float, NotGiven, None] = NOT_GIVEN,
        http_client: Optional[httpx.Client] = None,
        max_retries: int = 2,
    ) -> None:
        self.url: str = service_url(base_url, prefix)
        self.sender: SyncSender = SyncHttpxSender(http_client, timeout)
        self._max_retries = max_retries
        self._headers: Dict[str, str] = {
            "Authorization": f"Bearer {find_token(token)}",
            "Accept": "application/json",
            "User-Agent": USER_AGENT,
        }

    def get(self, path: str, answer_type: Type[T]) -> T:
        """Read an object."""
        return read_answer(answer_type, self.request("GET", path))

    def post(
        self,
        path: str,
        answer_type: Type[T],
        body: RequestModel,
        *,
        if_epoch: Optional[int] = None,
        idempotency_key: Optional[str] = None,
    ) -> T:
        """Create or change an object, at most once however often it is sent."""
        answer = self.request(
            "POST",
            path,
            body,
            if_epoch=if_epoch,
            idempotency_key=str(uuid.uuid4()) if idempotency_key is None else idempotency_key,
        )
        return read_answer(answer_type, answer)

    def patch(
        self,
        path: str,
        answer_type: Type[T],
        body: RequestModel,
        *,
        if_epoch: Optional[int] = None,
    ) -> T:
        """Change fields of an object."""
        answer = self.request("PATCH", path, body, if_epoch=if_epoch)
        return read_answer(answer_type, answer)

    def delete(self, path: str) -> None:
        """Delete an object."""
        self.request("DELETE", path)

    def search(self, path: str, item_type: Type[T], body: RequestModel) -> SyncPage[T]:
        """Read a page of objects."""
        answer = self.request("POST", path, body, is_read=True)

        def fetch(cursor: str) -> SyncPage[T]:
            return self.search(path, item_type, continue_from(body, cursor))

        return SyncPage(
            read_list(item_type, answer),
            next_cursor=answer.headers.get("x-next-cursor"),
            request_id=answer.request_id,
            fetch=fetch,
        )

    def request(
        self,
        method: str,
        path: str,
        body: Optional[RequestModel] = None,
        *,
        if_epoch: Optional[int] = None,
        idempotency_key: Optional[str] = None,
        is_read: bool = False,
    ) -> HttpAnswer:
        """Send a request until it is answered, refused for good, or out of retries.

        A POST is sent again only with an idempotency key, or if it only reads: without either,
        an answer lost on the way would become a second effect.

        PATCH and DELETE are sent again too, although a lost answer may mean that the first try
        was carried out; the second is then refused with 412 (the try moved the epoch itself) or
        404 (it deleted the object itself). That refusal stops a bot where going on could talk over
        a person, and carries the lost answer as its `__cause__`, so nobody is told a half-truth.
        """
        can_repeat = method != "POST" or is_read or idempotency_key is not None
        content = None if body is None else encode_body(body)
        headers = self._headers_for(content, if_epoch, idempotency_key)
        max_retries = self._max_retries if can_repeat else 0
        return self._send_with_retries(method, path, headers, content, max_retries=max_retries)

    def close(self) -> None:
        """Give back the connections, unless they belong to a client that was given."""
        self.sender.close()

    def _send_with_retries(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        content: Optional[bytes],
        *,
        max_retries: int,
    ) -> HttpAnswer:
        earlier: Union[APIError, APIConnectionError, None] = None
        retries_done = 0
        while True:
            try:
                return self._send_once(method, path, headers, content)
            except (APIError, APIConnectionError) as exc:
                error = exc
            if retries_done >= max_retries or not is_worth_retrying(error):
                raise error from (error.__cause__ or earlier)
            seconds = delay_seconds(retries_done, error)
            retries_done += 1
            _logger.debug(
                "%s %s: retry %d of %d in %.2f s after: %s",
                *(method, path, retries_done, max_retries, seconds, error),
            )
            self.sender.sleep(seconds)
            earlier = error

    def _send_once(
        self, method: str, path: str, headers: Mapping[str, str], content: Optional[bytes]
    ) -> HttpAnswer:
        started = perf_counter()
        answer = self.sender.send(method, self.url + path, headers, content)
        _logger.debug(
            "%s %s: %d in %.0f ms (request %s)",
            *(method, path, answer.status, (perf_counter() - started) * 1000, answer.request_id),
        )
        if not answer.is_success:
            raise error_from(answer)
        return answer

    def _headers_for(
        self, content: Optional[bytes], if_epoch: Optional[int], idempotency_key: Optional[str]
    ) -> Dict[str, str]:
        headers = dict(self._headers)
        if content is not None:
            headers["Content-Type"] = "application/json"
        if if_epoch is not None:
            headers["If-Session-Epoch"] = str(if_epoch)
        if idempotency_key is not None:
            headers["Idempotency-Key"] = check_idempotency_key(idempotency_key)
        return headers

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.url!r})"
