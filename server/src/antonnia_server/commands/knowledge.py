"""`antonnia knowledge import`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from antonnia_server.data_directory import DataDirectory
from antonnia_server.fault import Fault

from .options import data_options

if TYPE_CHECKING:
    from antonnia_server.operator import Base
    from antonnia_server.orchestrator.knowledge.entry import Entry
    from antonnia_server.orchestrator.knowledge.service import ImportResult

    from .desk import Desk

Item = TypeVar("Item")

# Of one piece, well under the limit of a body.
MAX_PIECE_BYTES = 512 * 1024


@click.group()
def knowledge() -> None:
    """What an assistant answers from."""


@knowledge.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--organization", metavar="NAME", help="Whose assistant; the one for development if left out."
)
@click.option(
    "--name", default="Knowledge", show_default=True, help="The knowledge base; made if it is new."
)
@data_options
def import_file(directory: DataDirectory, file: Path, organization: str | None, name: str) -> None:
    """Let the assistant answer from FILE: Markdown, CSV or JSON Lines.

    Importing a file of the same name again replaces what it brought before.
    """
    entries = _read(file)

    from antonnia_server.operator import OPEN_BASE, BaseOrder

    from .desk import opened_desk

    is_new = not directory.database.exists()
    pieces = list(_pieces(entries, _entry_bytes))
    with opened_desk(directory) as desk:
        base = desk.ask(OPEN_BASE, BaseOrder(organization=organization, name=name))
        counts = _import(desk, base, file.name, pieces)
    click.echo(
        f"{file.name}: {counts.added} added, {counts.changed} changed, {counts.removed} removed, "
        f"{counts.unchanged} unchanged in {name!r} of organization {base.organization}."
    )
    if is_new:
        # Most likely the wrong folder: a server with another database does not know of this one.
        click.echo(f"This made a new database, {directory.database}.", err=True)


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
    stored = desk.ask(operator.LIST_ANCHORS, where).anchors
    gone = (anchor for anchor in stored if anchor not in kept)
    for anchors in _pieces(gone, _anchor_bytes):
        remove = operator.AnchorsOrder(**where.model_dump(), anchors=anchors)
        total += desk.ask(operator.REMOVE_ENTRIES, remove).result
    return total


def _anchor_bytes(anchor: str) -> int:
    return len(json.dumps(anchor))
