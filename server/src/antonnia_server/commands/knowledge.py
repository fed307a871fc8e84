"""`antonnia knowledge import`, `list` and `remove`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from antonnia_server.data_directory import DataDirectory
from antonnia_server.fault import Fault
from antonnia_server.shared_database import SharedDatabase

from .options import database_options, refuse_without_database

if TYPE_CHECKING:
    from antonnia_server.operator import Base, FileOrder
    from antonnia_server.orchestrator.knowledge.entry import Entry
    from antonnia_server.orchestrator.knowledge.service import ImportResult

    from .desk import Desk

Item = TypeVar("Item")

# Of one piece, well under the limit of a body.
MAX_PIECE_BYTES = 512 * 1024


organization_option = click.option(
    "--organization", metavar="NAME", help="Whose assistant; the one for development if left out."
)


@click.group()
def knowledge() -> None:
    """What an assistant answers from."""


@knowledge.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@organization_option
@click.option(
    "--name", default="Knowledge", show_default=True, help="The knowledge base; made if it is new."
)
@database_options
def import_file(
    directory: DataDirectory | SharedDatabase, file: Path, organization: str | None, name: str
) -> None:
    """Let the assistant answer from FILE: Markdown, CSV or JSON Lines.

    Importing a file of the same name again replaces what it brought before.
    """
    entries = _read(file)

    from antonnia_server.operator import OPEN_BASE, BaseOrder

    from .desk import opened_desk

    made = None
    if isinstance(directory, DataDirectory) and not directory.database.exists():
        made = directory.database
    pieces = list(_pieces(entries, _entry_bytes))
    with opened_desk(directory) as desk:
        base = desk.ask(OPEN_BASE, BaseOrder(organization=organization, name=name))
        counts = _import(desk, base, file.name, pieces)
    click.echo(
        f"{file.name}: {counts.added} added, {counts.changed} changed, {counts.removed} removed, "
        f"{counts.unchanged} unchanged in {name!r} of organization {base.organization}."
    )
    if made is not None:
        # Most likely the wrong folder: a server with another database does not know of this one.
        click.echo(f"This made a new database, {made}.", err=True)


@knowledge.command("list")
@organization_option
@click.option(
    "--json",
    "is_json",
    is_flag=True,
    envvar="ANTONNIA_KNOWLEDGE_LIST_JSON",
    help="Print JSON, a line for each base.",
)
@database_options
def list_bases(
    directory: DataDirectory | SharedDatabase, organization: str | None, is_json: bool
) -> None:
    """Print the knowledge bases and how many entries each has."""
    from antonnia_server.operator import LIST_BASES, BasesOrder

    from .desk import opened_desk

    refuse_without_database(directory)
    with opened_desk(directory) as desk:
        found = desk.ask(LIST_BASES, BasesOrder(organization=organization))
    for base in found.bases:
        click.echo(
            base.model_dump_json() if is_json else f"{base.name}: {_entries(base.entry_count)}"
        )
    if not found.bases and not is_json:
        click.echo(f"Organization {found.organization} has no knowledge base.")


@knowledge.command("remove")
@click.argument("name", metavar="BASE")
@click.option(
    "--file",
    type=click.Path(path_type=Path),
    help="Only the entries that this file brought; it need not be there any more.",
)
@click.option(
    "--from-assistants", is_flag=True, help="Take it from the assistants that answer from it, too."
)
@organization_option
@database_options
def remove(
    directory: DataDirectory | SharedDatabase,
    file: Path | None,
    organization: str | None,
    name: str,
    *,
    from_assistants: bool,
) -> None:
    """Remove the knowledge base BASE with all of its entries, or only those of a file."""
    from antonnia_server.operator import REMOVE_BASE, RemovalOrder

    from .desk import opened_desk

    if file is not None and from_assistants:
        raise click.UsageError(
            "--from-assistants is for a whole base, and --file for a part of it."
        )
    refuse_without_database(directory)
    with opened_desk(directory) as desk:
        if file is not None:
            _remove_file(desk, organization, name, file.name)
            return
        order = RemovalOrder(organization=organization, name=name, from_assistants=from_assistants)
        base = desk.ask(REMOVE_BASE, order)
    click.echo(f"Removed {name!r} of organization {base.organization}.")


def _remove_file(desk: Desk, organization: str | None, name: str, file_name: str) -> None:
    from antonnia_server.operator import FIND_FILE, FileOrder, FileQuestion

    base = desk.ask(
        FIND_FILE, FileQuestion(organization=organization, name=name, file_name=file_name)
    )
    where = FileOrder(
        organization_id=base.organization_id, knowledge_id=base.knowledge_id, file_name=file_name
    )
    removed = _remove(desk, where, _stored_anchors(desk, where)).removed
    click.echo(
        f"Removed {_entries(removed)} of {file_name} from {name!r} of organization "
        f"{base.organization}."
    )


def _read(file: Path) -> list[Entry]:
    from antonnia_server.orchestrator.knowledge.errors import UnreadableKnowledge
    from antonnia_server.orchestrator.knowledge.reading import read_entries

    try:
        return read_entries(file.name, file.read_bytes())
    except OSError as error:
        raise Fault(f"{file} cannot be read: {error.strerror}.") from error
    except UnreadableKnowledge as error:
        raise Fault(str(error)) from error


def _entry_bytes(entry: Entry) -> int:
    import dataclasses

    return len(json.dumps(dataclasses.asdict(entry)))


def _pieces(items: Iterable[Item], bytes_of: Callable[[Item], int]) -> Iterator[list[Item]]:
    """The items in pieces that one unit of work and one body can take."""
    from antonnia_server.orchestrator.knowledge.service import PIECE

    piece: list[Item] = []
    size = 0
    for item in items:
        item_bytes = bytes_of(item)
        if piece and (len(piece) == PIECE or size + item_bytes > MAX_PIECE_BYTES):
            yield piece
            piece, size = [], 0
        piece.append(item)
        size += item_bytes
    if piece:
        yield piece


def _import(desk: Desk, base: Base, file_name: str, pieces: Sequence[list[Entry]]) -> ImportResult:
    """Put what the file has, then remove what it has no more: nothing it keeps goes missing."""
    from antonnia_server import operator
    from antonnia_server.orchestrator.knowledge.service import ImportResult

    where = operator.FileOrder(
        organization_id=base.organization_id, knowledge_id=base.knowledge_id, file_name=file_name
    )
    total = ImportResult()
    for piece in pieces:
        put = operator.EntriesOrder(**where.model_dump(), entries=piece)
        total += desk.ask(operator.PUT_ENTRIES, put).result
    kept = {entry.anchor for piece in pieces for entry in piece}
    gone = (anchor for anchor in _stored_anchors(desk, where) if anchor not in kept)
    return total + _remove(desk, where, gone)


def _remove(desk: Desk, where: FileOrder, anchors: Iterable[str]) -> ImportResult:
    from antonnia_server.operator import REMOVE_ENTRIES, AnchorsOrder
    from antonnia_server.orchestrator.knowledge.service import ImportResult

    total = ImportResult()
    for piece in _pieces(anchors, _anchor_bytes):
        order = AnchorsOrder(**where.model_dump(), anchors=piece)
        total += desk.ask(REMOVE_ENTRIES, order).result
    return total


def _stored_anchors(desk: Desk, where: FileOrder) -> Iterator[str]:
    from antonnia_server.operator import LIST_ANCHORS, AnchorsAfter

    after = ""
    while anchors := desk.ask(
        LIST_ANCHORS, AnchorsAfter(**where.model_dump(), after=after)
    ).anchors:
        yield from anchors
        after = anchors[-1]


def _anchor_bytes(anchor: str) -> int:
    return len(json.dumps(anchor))


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count:,} entries"
