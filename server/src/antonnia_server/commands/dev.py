"""`antonnia dev`: everything that is needed to develop against, made on the way."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from dataclasses import replace

import click

from antonnia_server.data_directory import DataDirectory
from antonnia_server.process import run_server
from antonnia_server.settings import (
    AuditLimits,
    Limits,
    LogLimits,
    RateLimits,
    Settings,
    WebhookLimits,
)

from .options import (
    audit_options,
    data_options,
    limit_options,
    listen_options,
    log_options,
    webhook_options,
)
from .rate_options import rate_limit_options

_WELCOME = """\
Antonnia is running at {base_url} (API documentation: {base_url}/docs).

    export ANTONNIA_BASE_URL={base_url}
    export ANTONNIA_TOKEN={token}

Paste this into a Python file to get an answer:

import asyncio

from antonnia.conversations import Conversations
from antonnia.conversations.types import MessageContentText

async def main():
    async with Conversations(
        token="{token}",
        base_url="{base_url}",
    ) as client:
        session = await client.sessions.create(contact_id="user_12345", contact_name="John Doe")
        await client.sessions.messages.create(
            session_id=session.id,
            content=MessageContentText(type="text", text="Hello, I need help with my account"),
        )
        await client.sessions.reply(session_id=session.id)
        messages = []
        while len(messages) < 2:
            await asyncio.sleep(0.1)
            messages = await client.sessions.messages.search(session_id=session.id)
        print(messages[-1].content.text)

asyncio.run(main())

Its assistant answers from Antonnia's documentation; `antonnia knowledge import FILE` teaches it
more. Stop it with Ctrl-C."""

_TEST_CLOCK = """\
antonnia: TEST CLOCK. Time stands still until POST /testing/v1/clock moves it. For tests only."""


@click.command()
@listen_options
@click.option(
    "--json",
    "is_json",
    is_flag=True,
    envvar="ANTONNIA_DEV_JSON",
    help="Print one line of JSON when it is ready.",
)
@click.option(
    "--test-clock",
    "is_test_clock",
    is_flag=True,
    envvar="ANTONNIA_DEV_TEST_CLOCK",
    help="Let time stand still, for tests.",
)
@click.option(
    "--until-eof",
    "ends_at_eof",
    is_flag=True,
    envvar="ANTONNIA_DEV_UNTIL_EOF",
    help="End when standard input does: for a program that starts a server of its own.",
)
@webhook_options
@log_options
@audit_options
# Who develops floods a server of their own, and counts nothing unless they say so.
@rate_limit_options("dev", RateLimits(), is_shared=False)
@limit_options
@data_options
def dev(
    directory: DataDirectory,
    host: str,
    port: int,
    is_json: bool,
    is_test_clock: bool,
    ends_at_eof: bool,
    *,
    webhook_limits: WebhookLimits,
    log_limits: LogLimits,
    audit_limits: AuditLimits,
    rates: RateLimits,
    limits: Limits,
) -> None:
    """Run a server for development, ready to be used.

    It makes its data directory, an organization with a token, and an assistant that answers.
    """
    ready: dict[str, str] = {}

    def prepare() -> None:
        from antonnia_server import bootstrap, standalone
        from antonnia_server.kept_clock import clock_of

        clock = clock_of(directory, is_test_clock=is_test_clock)
        with standalone.opened(directory, clock) as database:
            made = database.write(bootstrap.prepare, directory.find_token())
        directory.keep_token(made.token)
        ready.update(made._asdict())

    def say_ready(base_url: str) -> None:
        if is_json:
            click.echo(json.dumps({"base_url": base_url, **ready}))
        else:
            click.echo(_WELCOME.format(base_url=base_url, **ready))

    if ends_at_eof:
        threading.Thread(target=_end_at_eof, daemon=True).start()
    if is_test_clock:
        click.echo(_TEST_CLOCK, err=True)
    run_server(
        directory,
        host,
        port,
        settings=Settings(
            is_test_clock=is_test_clock,
            limits=limits,
            # Who develops receives on this machine.
            webhooks=replace(webhook_limits, allows_private=True),
            log=log_limits,
            audit=audit_limits,
            rates=rates,
        ),
        prepare=prepare,
        on_ready=say_ready,
    )


def _end_at_eof() -> None:
    """However the process that holds the other end of our input has ended."""
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
