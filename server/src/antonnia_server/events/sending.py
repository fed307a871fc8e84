"""One attempt: an event, signed, to the receiver of a webhook."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from time import perf_counter
from typing import NamedTuple

import httpcore
import httpx

from antonnia.core.version import __version__
from antonnia.core.webhook_signatures import sign
from antonnia_server.clock import SECOND, Clock, SystemClock, from_datetime

from . import service
from .outbound import Guard, GuardedNetwork, Place, Refused
from .service import Due, Outcome, Target

logger = logging.getLogger("antonnia.events")

# Of an answer so much is read, and of that so much is kept.
MAX_ANSWER_BYTES = 64 * 1024
EXCERPT_BYTES = 1024
MAX_ERROR_CHARACTERS = 300
# Shorter than servers keep a connection: one that they close meanwhile would fail an attempt.
KEEP_IDLE_SECONDS = 2.0
MAX_IDLE = 256
_USER_AGENT = f"Antonnia-Webhooks/{__version__}"


class Answer(NamedTuple):
    """What a receiver has answered."""

    status_code: int
    body: bytes
    retry_after: str | None


class Sender:
    """Sends, and keeps connections for the next time; used on the event loop only."""

    def __init__(self, guard: Guard, clock: Clock, *, timeout_seconds: float) -> None:
        self._guard = guard
        self._clock = clock
        # A receiver compares with its own clock, whatever a test does with ours.
        self._wall = SystemClock()
        self._timeout_seconds = timeout_seconds
        self._connections = IdleConnections(lambda owner: GuardedNetwork(guard, owner))

    async def aclose(self) -> None:
        await self._connections.aclose()

    async def send(self, target: Target, due: Due) -> Outcome:
        """Attempt a delivery; whatever the receiver does is an outcome."""
        at, began = self._clock.now(), perf_counter()

        def outcome(answer: Answer | None, error: str | None) -> Outcome:
            duration_ms = round((perf_counter() - began) * 1000)
            if answer is None:
                return Outcome(due, at, duration_ms, error=error)
            return Outcome(
                due,
                at,
                duration_ms,
                answer.status_code,
                error,
                _excerpt(answer.body),
                _retry_after_seconds(answer.retry_after, at),
            )

        try:
            async with asyncio.timeout(self._timeout_seconds):
                answer = await self._exchange(target, due)
            return outcome(answer, None)
        except TimeoutError:
            return outcome(None, f"timeout: no whole answer within {self._timeout_seconds} s")
        except Refused as refused:
            return outcome(None, f"refused: {refused}"[:MAX_ERROR_CHARACTERS])
        except (
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.TimeoutException,
            ssl.SSLError,
            OSError,
        ) as error:
            return outcome(None, f"{type(error).__name__}: {error}"[:MAX_ERROR_CHARACTERS])
        except Exception as error:
            # A mistake of ours. Those that are under way beside it must not end with it.
            logger.exception("delivery %s cannot be attempted", due.id)
            return outcome(None, f"internal: {type(error).__name__}")

    async def _exchange(self, target: Target, due: Due) -> Answer:
        place = self._guard.place_of(target.url)
        headers = self._headers(place, target, due)
        url = httpcore.URL(
            scheme=place.scheme, host=place.host, port=place.port, target=place.target
        )
        request = httpcore.Request("POST", url, headers=headers, content=due.body)
        connection = await self._connections.take(target, url.origin)
        try:
            response = await connection.handle_async_request(request)
            try:
                body = bytearray()
                async for chunk in response.aiter_stream():
                    body += chunk
                    if len(body) >= MAX_ANSWER_BYTES:
                        break
            finally:
                await response.aclose()
        finally:
            await self._connections.take_back(target, connection)
        retry_after = [value for name, value in response.headers if name.lower() == b"retry-after"]
        return Answer(
            response.status,
            bytes(body),
            retry_after[0].decode("latin-1") if retry_after else None,
        )

    def _headers(self, place: Place, target: Target, due: Due) -> list[tuple[str, str]]:
        timestamp = self._wall.now() // SECOND
        signatures = [sign(secret, due.event_id, timestamp, due.body) for secret in target.secrets]
        ours: Mapping[str, str] = {
            "Host": place.authority.decode("ascii"),
            "Content-Type": "application/json",
            "Content-Length": str(len(due.body)),
            "User-Agent": _USER_AGENT,
            "webhook-id": due.event_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": " ".join(signatures),
        }
        given = [(n, v) for n, v in target.headers.items() if not service.is_ours(n)]
        return [*ours.items(), *given]


class IdleConnections:
    """Connections that wait for the next attempt of their webhook, so many in all."""

    def __init__(self, network_of: Callable[[str], httpcore.AsyncNetworkBackend]) -> None:
        self._network_of = network_of
        self._idle: dict[str, list[httpcore.AsyncHTTPConnection]] = {}
        self._count = 0
        self._certificates: ssl.SSLContext | None = None

    async def take(self, target: Target, origin: httpcore.Origin) -> httpcore.AsyncHTTPConnection:
        """A connection to an origin that nobody else uses."""
        key = target.webhook_id
        # Looked up each time: others take and give back while one is being closed.
        while self._idle.get(key):
            # The one used last is the least likely to have been closed.
            connection = self._remove_last(key)
            if connection.can_handle_request(origin) and not connection.has_expired():
                return connection
            await connection.aclose()
        if origin.scheme == b"https" and self._certificates is None:
            self._certificates = httpx.create_ssl_context()
        return httpcore.AsyncHTTPConnection(
            origin,
            ssl_context=self._certificates,
            keepalive_expiry=KEEP_IDLE_SECONDS,
            network_backend=self._network_of(target.organization_id),
        )

    async def take_back(self, target: Target, connection: httpcore.AsyncHTTPConnection) -> None:
        if connection.is_closed() or not connection.is_idle():
            await connection.aclose()
            return
        # Behind all others: the first are those that have not been used for longest.
        idle = self._idle.pop(target.webhook_id, [])
        self._idle[target.webhook_id] = [*idle, connection]
        self._count += 1
        while self._count > MAX_IDLE:
            await self._remove_last(next(iter(self._idle))).aclose()

    async def aclose(self) -> None:
        while self._idle:
            await self._remove_last(next(iter(self._idle))).aclose()

    def _remove_last(self, key: str) -> httpcore.AsyncHTTPConnection:
        idle = self._idle[key]
        connection = idle.pop()
        if not idle:
            del self._idle[key]
        self._count -= 1
        return connection


def _excerpt(body: bytes) -> str | None:
    """The beginning of an answer, as any storage can hold it."""
    return body[:EXCERPT_BYTES].decode(errors="replace").replace("\0", "\ufffd") or None


def _retry_after_seconds(value: str | None, now: int) -> int | None:
    """How long the receiver asked to wait, in seconds or until a date; None if it did not say."""
    if value is None:
        return None
    if value.isdecimal() and value.isascii():
        return min(int(value[:12]), service.MAX_RETRY_AFTER_SECONDS)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0, (from_datetime(moment) - now) // SECOND)
