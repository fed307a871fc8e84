"""`antonnia sessions tail`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from antonnia_server.data_directory import DataDirectory
from antonnia_server.fault import Fault
from antonnia_server.shared_database import SharedDatabase

from .options import database_options
from .shown import content_line, printable

if TYPE_CHECKING:
    from antonnia_server.operator_log import LogEntry, LogQuestion

# How often it is looked whether a server is running again, or whether a shared log has grown.
RETRY_SECONDS = 0.2


@click.group()
def sessions() -> None:
    """Follow what happens in sessions."""


@sessions.command()
@click.option(
    "--session",
    "session_id",
    metavar="ID",
    envvar="ANTONNIA_SESSIONS_TAIL_SESSION",
    help="Only this session, sess_….",
)
@click.option(
    "--organization", metavar="NAME", help="Whose sessions; the one for development if left out."
)
@click.option(
    "--lines",
    default=10,
    show_default=True,
    type=click.IntRange(0, 500),
    help="How many of the last 500 events to begin with.",
)
@click.option(
    "--json",
    "is_json",
    is_flag=True,
    envvar="ANTONNIA_SESSIONS_TAIL_JSON",
    help="Print each event as one line of JSON.",
)
@database_options
def tail(
    directory: DataDirectory | SharedDatabase,
    session_id: str | None,
    organization: str | None,
    lines: int,
    is_json: bool,
) -> None:
    """Print what happens, as it happens, until Ctrl-C.

    It goes on where it was when the server is started again, and leaves nothing out.
    """
    from antonnia_server.operator_log import LogQuestion

    question = LogQuestion(organization=organization, session_id=session_id, lines=lines)
    try:
        for entry in _entries(directory, question):
            click.echo(entry.model_dump_json() if is_json else _line(entry))
    except KeyboardInterrupt:
        # How one leaves it; nothing has gone wrong.
        return


def _entries(
    directory: DataDirectory | SharedDatabase, question: LogQuestion
) -> Iterator[LogEntry]:
    if isinstance(directory, SharedDatabase):
        return _follow_shared(directory, question)
    if not directory.database.exists():
        raise Fault(f"there is no database at {directory.database}.")
    return _follow(directory, question)


def _follow_shared(database: SharedDatabase, question: LogQuestion) -> Iterator[LogEntry]:
    from antonnia_server.operator_log import READ_LOG

    from .desk import opened_desk

    with opened_desk(database) as desk:
        while True:
            try:
                page = desk.ask(READ_LOG, question)
                yield from page.entries
                question = question.model_copy(update={"after": page.position})
            except Fault:
                if question.after is None:
                    raise
                # It is away. The log says so, and says it when it can be reached again.
            time.sleep(RETRY_SECONDS)


def _follow(directory: DataDirectory, question: LogQuestion) -> Iterator[LogEntry]:
    from antonnia_server.operator_log import READ_LOG

    from .desk import NoAnswer, opened_desk, servers_desk

    with servers_desk(directory) as desk:
        is_running = desk is not None
    if not is_running:
        # What is there can be read all the same; then the directory is let go for a server.
        with opened_desk(directory) as own:
            page = own.ask(READ_LOG, question)
        yield from page.entries
        question = question.model_copy(update={"after": page.position})
        click.echo("antonnia: no server is running; waiting for one.", err=True)
    while True:
        with servers_desk(directory) as desk:
            try:
                while desk is not None:
                    page = desk.ask(READ_LOG, question)
                    yield from page.entries
                    question = question.model_copy(update={"after": page.position})
            except NoAnswer:
                click.echo("antonnia: the server is gone; waiting for it.", err=True)
        time.sleep(RETRY_SECONDS)


def _line(entry: LogEntry) -> str:
    at = entry.created_at.astimezone().strftime("%H:%M:%S")
    where = f"{at}  {entry.session_id or '-'}  "
    return where + (_message_line(entry) if entry.type == "message.created" else _change(entry))


def _message_line(entry: LogEntry) -> str:
    message = entry.data["object"]
    author = entry.contact_name if message["role"] == "user" else entry.agent_name or "an agent"
    return f"{printable(author or 'a contact')}: {content_line(message['content'])}"


def _change(entry: LogEntry) -> str:
    changed = entry.data["object"]
    agent = printable(entry.agent_name or "")
    if entry.type == "session.created":
        held = f", held by {agent}" if agent else ", waiting for a person"
        return f"opened for {printable(changed['contact_name'])}{held}"
    if entry.type == "session.transferred":
        return f"handed to {agent}" if agent else "handed off; waiting for a person"
    if entry.type == "session.finished":
        return "finished"
    if entry.type == "message.updated":
        return f"message {changed['position']} is {changed['delivery_status']}"
    return entry.type
