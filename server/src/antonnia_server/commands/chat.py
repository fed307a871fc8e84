"""`antonnia chat`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import cast

import click

from antonnia_server.data_directory import DataDirectory
from antonnia_server.fault import Fault

from .address import Address, needed_token
from .options import data_options


@click.command()
@click.option(
    "--url",
    metavar="URL",
    envvar=["ANTONNIA_CHAT_URL", "ANTONNIA_BASE_URL"],
    help="The server; the one on the data directory if left out, which is started if need be.",
)
@click.option(
    "--token",
    metavar="TOKEN",
    envvar=["ANTONNIA_CHAT_TOKEN", "ANTONNIA_TOKEN"],
    help="The API token; the one for development if left out.",
)
@click.option("--contact", default="you", show_default=True, help="The contact's id and name.")
@click.option(
    "--agent",
    "agent_id",
    metavar="ID",
    envvar="ANTONNIA_CHAT_AGENT",
    help="Who to talk to; the default agent if left out.",
)
@click.option(
    "--session",
    "session_id",
    metavar="ID",
    envvar="ANTONNIA_CHAT_SESSION",
    help="Go on with this session.",
)
@click.option(
    "--debounce",
    "debounce_seconds",
    envvar="ANTONNIA_CHAT_DEBOUNCE",
    default=0.0,
    show_default=True,
    type=click.FloatRange(0, 60),
    help="Seconds that the assistant waits for you to stop typing.",
)
@click.option(
    "--json",
    "is_json",
    is_flag=True,
    envvar="ANTONNIA_CHAT_JSON",
    help="Take questions from a pipe; print a line of JSON each.",
)
@data_options
def chat(
    directory: DataDirectory,
    url: str | None,
    token: str | None,
    contact: str,
    agent_id: str | None,
    session_id: str | None,
    debounce_seconds: float,
    is_json: bool,
) -> None:
    """Talk to the assistant as a contact would.

    At a terminal you see what it says, from where it has it, and when it hands you over to a
    person, whose words appear too. From a pipe, every line is a message.
    """
    from antonnia.conversations import SyncConversations
    from antonnia.conversations.exceptions import AntonniaError
    from antonnia.orchestrator import SyncOrchestrator

    from .chat_screen import Screen, answer_each
    from .talk import Talk

    # What is pasted in another encoding shows that it is, and ends nothing.
    cast(TextIOWrapper, sys.stdin).reconfigure(errors="replace")

    def say_gone() -> None:
        click.echo("antonnia: the server does not answer; waiting for it.", err=True)

    with _address(directory, url, token) as there:
        try:
            with (
                SyncConversations(there.token, there.base_url) as conversations,
                SyncOrchestrator(there.token, there.base_url) as orchestrator,
            ):
                talk = Talk(
                    conversations, orchestrator, contact, agent_id=agent_id, on_gone=say_gone
                )
                talk.begin(session_id)
                if sys.stdin.isatty() and not is_json:
                    Screen(talk, debounce_seconds).run()
                else:
                    answer_each(talk, debounce_seconds, is_json=is_json)
        except AntonniaError as error:
            raise Fault(str(error)) from error
        except KeyboardInterrupt:
            # How one leaves it; nothing has gone wrong.
            return


@contextmanager
def _address(directory: DataDirectory, url: str | None, token: str | None) -> Generator[Address]:
    """The server to talk to; one of our own, for as long as we talk, if there is none."""
    if url is not None:
        yield Address(url, needed_token(token))
        return
    from .desk import find_running_server

    server = find_running_server(directory)
    if server is not None:
        yield Address(server.base_url, needed_token(token or directory.find_token()))
        return
    with _own_server(directory) as own:
        yield own


@contextmanager
def _own_server(directory: DataDirectory) -> Generator[Address]:
    """`antonnia dev` in a process of its own; it ends with us, however we end."""
    command = [sys.executable, "-c", "from antonnia_server.cli import main; main()", "dev"]
    process = subprocess.Popen(  # noqa: S603  # our own command
        [*command, "--port", "0", "--json", "--until-eof", "--database-url", directory.url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        # Ctrl-C is for us alone.
        start_new_session=True,
    )
    with process:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise Fault("no server is running, and none could be started.")
        ready = json.loads(line)
        yield Address(ready["base_url"], ready["token"])
