"""`antonnia listen`."""

from __future__ import annotations

import base64
import hmac
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import click

from antonnia_server.clock import SECOND, SystemClock
from antonnia_server.fault import Fault

from .address import Address, address_options
from .following import following, following_options, json_of
from .shown import printable

if TYPE_CHECKING:
    import httpx

    from antonnia.events.types import Event

TIMEOUT_SECONDS = 15.0
_CLOCK = SystemClock()
# Whoever develops a receiver starts it again now and then; what comes next waits for so long.
RETRY_SECONDS = (0.5, 1.0, 2.0, 4.0)


@click.command()
@click.option(
    "--forward-to",
    metavar="URL",
    required=True,
    help="The receiver, such as http://127.0.0.1:9000/antonnia.",
)
@following_options("LISTEN")
@address_options("LISTEN")
def listen(there: Address, forward_to: str, types: tuple[str, ...], after: int | None) -> None:
    """Send what happens to a receiver on this machine, until Ctrl-C.

    It is signed as a webhook is, with a secret that stays the same as long as the token does. Each
    attempt is printed. An event that is not taken is tried five times, and the next one waits.
    """
    import httpx

    secret = _secret_of(there)
    with (
        httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False) as http,
        following(there, types, after) as stream,
    ):
        # From here on nothing is missed.
        click.echo(f"Forwarding to {forward_to}. Give your receiver this secret:\n")
        click.echo(f"    export ANTONNIA_WEBHOOK_SECRET={secret}\n")
        for event in stream:
            at = time.strftime("%H:%M:%S")
            for outcome in _attempts(http, forward_to, secret, event):
                click.echo(f"{at}  {printable(event.type)}  {event.id}  {outcome}")


class Attempt(NamedTuple):
    """How one attempt ended."""

    is_taken: bool
    said: str


def _attempts(http: httpx.Client, url: str, secret: str, event: Event) -> Iterator[str]:
    """What to say of each attempt, as it is made."""
    for seconds in (*RETRY_SECONDS, None):
        attempt = _attempt(http, url, secret, event)
        if attempt.is_taken:
            yield attempt.said
            return
        if seconds is None:
            yield f"{attempt.said}; given up"
            return
        yield f"{attempt.said}; again in {seconds:g} s"
        time.sleep(seconds)


def _attempt(http: httpx.Client, url: str, secret: str, event: Event) -> Attempt:
    import httpx

    from antonnia.core.webhook_signatures import sign

    body, now = json_of(event).encode(), _CLOCK.now() // SECOND
    headers = {
        "content-type": "application/json",
        "webhook-id": event.id,
        "webhook-timestamp": str(now),
        "webhook-signature": sign(secret, event.id, now, body),
    }
    started = time.perf_counter()
    try:
        status = http.post(url, content=body, headers=headers).status_code
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise Fault(f"--forward-to is not a URL such as http://127.0.0.1:9000: {error}") from error
    except httpx.TransportError as error:
        return Attempt(False, f"no answer: {printable(str(error) or type(error).__name__)}")
    duration_ms = (time.perf_counter() - started) * 1000
    return Attempt(200 <= status < 300, f"{status} in {duration_ms:.0f} ms")


def _secret_of(there: Address) -> str:
    """Of the token, so that it need not be kept anywhere; it does not tell the token."""
    key = hmac.digest(there.token.encode(), b"antonnia listen", "sha256")
    return "whsec_" + base64.b64encode(key).decode()
