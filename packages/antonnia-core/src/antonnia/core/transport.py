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
from antonnia.core.httpx_sender import HttpxSender
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

from .pagination import FetchPage, Page

if TYPE_CHECKING:
    import httpx

    from antonnia.core.models import RequestModel

    from .event_stream import EventStream

_logger = logging.getLogger("antonnia")

T = TypeVar("T")

USER_AGENT = (
    f"antonnia-python/{__version__} "
    f"Python/{sys.version_info[0]}.{sys.version_info[1]} ({sys.platform})"
)


class Line(Protocol):
    """The connections of one stream, one after another; closing it ends every wait."""

    async def open(self, url: str, headers: Mapping[str, str], timeout: Timeout) -> HttpAnswer:
        """Ask; what is answered has no content yet."""
        ...

    async def read(self) -> bytes:
        """The next piece of the content, as soon as there is one; nothing at its end."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Hang up, and wait."""
        ...

    async def close(self) -> None:
        """End it for good."""
        ...


class Sender(Protocol):
    """The outside world: sends one request, waits, closes."""

    async def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: Optional[bytes],
        timeout: Timeout,
    ) -> HttpAnswer:
        """Send a request once, and raise `APIConnectionError` if no answer came."""
        ...

    def open_line(self) -> Line:
        """What a stream is received on."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...

    async def close(self) -> None:
        """Give back the connections, unless they belong to the caller."""
        ...


class Transport:
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
        http_client: Optional[httpx.AsyncClient] = None,
        max_retries: int = DEFAULT_MAX_RETRIES,
    ) -> None:
        self.url: str = service_url(base_url, prefix)
        self.timeout: Timeout = check_timeout(timeout)
        self.max_retries: int = check_max_retries(max_retries)
        self.sender: Sender = HttpxSender(http_client)
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
    ) -> Transport:
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

    def raw(self) -> Transport:
        """The same transport, which gives a `RawResponse` of what it would have given."""
        raw = copy(self)
        raw.is_copy = True
        raw.gives_raw = True
        return raw

    async def get(self, path: str, answer_type: Type[T]) -> T:
        """Read an object."""
        answer = await self.request("GET", path)
        return self._read(answer, partial(read_answer, answer_type))

    async def post(
        self,
        path: str,
        answer_type: Type[T],
        body: RequestModel,
        *,
        if_epoch: Optional[int] = None,
        idempotency_key: Optional[str] = None,
    ) -> T:
        """Create or change an object, at most once however often it is sent."""
        answer = await self.request(
            "POST",
            path,
            body,
            if_epoch=if_epoch,
            idempotency_key=str(uuid.uuid4()) if idempotency_key is None else idempotency_key,
        )
        return self._read(answer, partial(read_answer, answer_type))

    async def patch(
        self,
        path: str,
        answer_type: Type[T],
        body: RequestModel,
        *,
        if_epoch: Optional[int] = None,
    ) -> T:
        """Change fields of an object."""
        answer = await self.request("PATCH", path, body, if_epoch=if_epoch)
        return self._read(answer, partial(read_answer, answer_type))

    async def delete(self, path: str) -> None:
        """Delete an object."""
        answer = await self.request("DELETE", path)
        return self._read(answer, read_nothing)

    async def search(self, path: str, item_type: Type[T], body: RequestModel) -> Page[T]:
        """Read a page of objects."""
        answer = await self.request("POST", path, body, is_read=True)
        return self._read(answer, partial(self._page, path, item_type, body))

    async def list(self, path: str, item_type: Type[T]) -> Page[T]:
        """Read the first page of a list that takes no filters."""
        return await self._list(path, item_type, "")

    async def ask(self, path: str, answer_type: Type[T], body: RequestModel) -> T:
        """Read an object that takes a body to ask for."""
        answer = await self.request("POST", path, body, is_read=True)
        return self._read(answer, partial(read_answer, answer_type))

    def stream(self, path: str, item_type: Type[T], *, last_id: Optional[str]) -> EventStream[T]:
        """Follow events from the one after `last_id` on; nothing is asked before the first."""
        from .event_stream import EventStream

        return EventStream(self, path, item_type, last_id)

    async def request(
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
        return await self._send_with_retries(
            method, path, headers, content, max_retries=max_retries
        )

    async def close(self) -> None:
        """Give back the connections, unless they belong to another transport or a given client."""
        if not self.is_copy:
            await self.sender.close()

    def _read(self, answer: HttpAnswer, read: Callable[[HttpAnswer], T]) -> T:
        if self.gives_raw:
            # Who asks for it through a raw view sees the type `RawResponse[T]` there.
            return cast("T", RawResponse(answer, read))
        return read(answer)

    def _page(
        self, path: str, item_type: Type[T], body: RequestModel, answer: HttpAnswer
    ) -> Page[T]:
        async def fetch(cursor: str) -> Page[T]:
            following = continue_from(body, cursor)
            answer = await self.request("POST", path, following, is_read=True)
            return self._page(path, item_type, following, answer)

        return _page_of(item_type, fetch, answer)

    async def _list(self, path: str, item_type: Type[T], query: str) -> Page[T]:
        async def fetch(cursor: str) -> Page[T]:
            return await self._list(path, item_type, "?cursor=" + quote(cursor, safe=""))

        answer = await self.request("GET", path + query)
        return self._read(answer, partial(_page_of, item_type, fetch))

    async def _send_with_retries(
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
                return await self._send_once(method, path, headers, content)
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
            await self.sender.sleep(seconds)
            earlier = error

    async def _send_once(
        self, method: str, path: str, headers: Mapping[str, str], content: Optional[bytes]
    ) -> HttpAnswer:
        started = perf_counter()
        answer = await self.sender.send(method, self.url + path, headers, content, self.timeout)
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


def _page_of(item_type: Type[T], fetch: FetchPage[T], answer: HttpAnswer) -> Page[T]:
    return Page(
        read_list(item_type, answer),
        next_cursor=answer.headers.get("x-next-cursor"),
        request_id=answer.request_id,
        fetch=fetch,
    )
