# Generated from ../transport.py by `make sync`; do not edit.

"""A request's way out and back: headers, retries, logging."""

from __future__ import annotations

import logging
import sys
import uuid
from copy import copy
from functools import partial
from time import perf_counter
from typing import (
    TYPE_CHECKING,
    Callable,
    Dict,
    Mapping,
    Optional,
    Protocol,
    Type,
    TypeVar,
    Union,
    cast,
)
from urllib.parse import quote

from antonnia.core.answers import HttpAnswer, error_from, read_answer, read_list, read_nothing
from antonnia.core.bodies import continue_from, encode_body
from antonnia.core.credentials import check_idempotency_key, find_token
from antonnia.core.errors import APIConnectionError, APIError
from antonnia.core.httpx_sync_sender import SyncHttpxSender
from antonnia.core.not_given import NOT_GIVEN, NotGiven
from antonnia.core.options import (
    DEFAULT_MAX_RETRIES,
    Timeout,
    check_headers,
    check_max_retries,
    check_timeout,
    with_headers,
)
from antonnia.core.raw_response import RawResponse
from antonnia.core.retries import delay_seconds, is_worth_retrying
from antonnia.core.urls import service_url
from antonnia.core.version import __version__

from .pagination import SyncFetchPage, SyncPage

if TYPE_CHECKING:
    import httpx

    from antonnia.core.models import RequestModel

    from .event_stream import SyncEventStream

_logger = logging.getLogger("antonnia")

T = TypeVar("T")

USER_AGENT = (
    f"antonnia-python/{__version__} "
    f"Python/{sys.version_info[0]}.{sys.version_info[1]} ({sys.platform})"
)


class SyncLine(Protocol):
    """The connections of one stream, one after another; closing it ends every wait."""

    def open(self, url: str, headers: Mapping[str, str], timeout: Timeout) -> HttpAnswer:
        """Ask; what is answered has no content yet."""
        ...

    def read(self) -> bytes:
        """The next piece of the content, as soon as there is one; nothing at its end."""
        ...

    def sleep(self, seconds: float) -> None:
        """Hang up, and wait."""
        ...

    def close(self) -> None:
        """End it for good."""
        ...


class SyncSender(Protocol):
    """The outside world: sends one request, waits, closes."""

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: Optional[bytes],
        timeout: Timeout,
    ) -> HttpAnswer:
        """Send a request once, and raise `APIConnectionError` if no answer came."""
        ...

    def open_line(self) -> SyncLine:
        """What a stream is received on."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...

    def close(self) -> None:
        """Give back the connections, unless they belong to the caller."""
        ...


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
        timeout: Timeout = NOT_GIVEN,
        http_client: Optional[httpx.Client] = None,
        max_retries: int = DEFAULT_MAX_RETRIES,
    ) -> None:
        self.url: str = service_url(base_url, prefix)
        self.timeout: Timeout = check_timeout(timeout)
        self.max_retries: int = check_max_retries(max_retries)
        self.sender: SyncSender = SyncHttpxSender(http_client)
        self.is_copy: bool = False
        self.gives_raw: bool = False
        self.headers: Dict[str, str] = {
            "Authorization": f"Bearer {find_token(token)}",
            "Accept": "application/json",
            "User-Agent": USER_AGENT,
        }

    def with_options(
        self,
        *,
        timeout: Timeout = NOT_GIVEN,
        max_retries: Union[int, NotGiven] = NOT_GIVEN,
        headers: Optional[Mapping[str, str]] = None,
    ) -> SyncTransport:
        """The same transport with other options, on the same connections.

        The connections stay with the transport that opened them: closing the copy does nothing.
        """
        changed = copy(self)
        changed.is_copy = True
        if not isinstance(timeout, NotGiven):
            changed.timeout = check_timeout(timeout)
        if not isinstance(max_retries, NotGiven):
            changed.max_retries = check_max_retries(max_retries)
        if headers is not None:
            changed.headers = with_headers(self.headers, check_headers(headers))
        return changed

    def raw(self) -> SyncTransport:
        """The same transport, which gives a `RawResponse` of what it would have given."""
        raw = copy(self)
        raw.is_copy = True
        raw.gives_raw = True
        return raw

    def get(self, path: str, answer_type: Type[T]) -> T:
        """Read an object."""
        answer = self.request("GET", path)
        return self._read(answer, partial(read_answer, answer_type))

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
        return self._read(answer, partial(read_answer, answer_type))

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
        return self._read(answer, partial(read_answer, answer_type))

    def delete(self, path: str) -> None:
        """Delete an object."""
        answer = self.request("DELETE", path)
        return self._read(answer, read_nothing)

    def search(self, path: str, item_type: Type[T], body: RequestModel) -> SyncPage[T]:
        """Read a page of objects."""
        answer = self.request("POST", path, body, is_read=True)
        return self._read(answer, partial(self._page, path, item_type, body))

    def list(self, path: str, item_type: Type[T]) -> SyncPage[T]:
        """Read the first page of a list that takes no filters."""
        return self._list(path, item_type, "")

    def ask(self, path: str, answer_type: Type[T], body: RequestModel) -> T:
        """Read an object that takes a body to ask for."""
        answer = self.request("POST", path, body, is_read=True)
        return self._read(answer, partial(read_answer, answer_type))

    def stream(
        self, path: str, item_type: Type[T], *, last_id: Optional[str]
    ) -> SyncEventStream[T]:
        """Follow events from the one after `last_id` on; nothing is asked before the first."""
        from .event_stream import SyncEventStream

        return SyncEventStream(self, path, item_type, last_id)

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
        max_retries = self.max_retries if can_repeat else 0
        return self._send_with_retries(method, path, headers, content, max_retries=max_retries)

    def close(self) -> None:
        """Give back the connections, unless they belong to another transport or a given client."""
        if not self.is_copy:
            self.sender.close()

    def _read(self, answer: HttpAnswer, read: Callable[[HttpAnswer], T]) -> T:
        if self.gives_raw:
            # Who asks for it through a raw view sees the type `RawResponse[T]` there.
            return cast("T", RawResponse(answer, read))
        return read(answer)

    def _page(
        self, path: str, item_type: Type[T], body: RequestModel, answer: HttpAnswer
    ) -> SyncPage[T]:
        def fetch(cursor: str) -> SyncPage[T]:
            following = continue_from(body, cursor)
            answer = self.request("POST", path, following, is_read=True)
            return self._page(path, item_type, following, answer)

        return _page_of(item_type, fetch, answer)

    def _list(self, path: str, item_type: Type[T], query: str) -> SyncPage[T]:
        def fetch(cursor: str) -> SyncPage[T]:
            return self._list(path, item_type, "?cursor=" + quote(cursor, safe=""))

        answer = self.request("GET", path + query)
        return self._read(answer, partial(_page_of, item_type, fetch))

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
        answer = self.sender.send(method, self.url + path, headers, content, self.timeout)
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
        headers = dict(self.headers)
        if content is not None:
            headers["Content-Type"] = "application/json"
        if if_epoch is not None:
            headers["If-Session-Epoch"] = str(if_epoch)
        if idempotency_key is not None:
            headers["Idempotency-Key"] = check_idempotency_key(idempotency_key)
        return headers

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.url!r})"


def _page_of(item_type: Type[T], fetch: SyncFetchPage[T], answer: HttpAnswer) -> SyncPage[T]:
    return SyncPage(
        read_list(item_type, answer),
        next_cursor=answer.headers.get("x-next-cursor"),
        request_id=answer.request_id,
        fetch=fetch,
    )
