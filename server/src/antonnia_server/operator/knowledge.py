"""What an operator can have done with knowledge bases."""

from __future__ import annotations

from dataclasses import dataclass

from antonnia.core.models import RequestModel, WireModel

from .. import bootstrap
from ..auth.service import record
from ..db import Transaction
from ..http.caller import Caller
from ..http.refusal import invalid
from ..orchestrator import service as orchestrator
from ..orchestrator.errors import KnowledgeInUse
from ..orchestrator.knowledge import service as knowledge
from ..orchestrator.knowledge.entry import Entry
from ..orchestrator.knowledge.errors import KnowledgeNotFound
from ..orchestrator.knowledge.service import ImportResult
from .operation import Operation, change
from .organizations import check_name, find_or_create_organization, get_organization


class BaseOrder(RequestModel):
    """A knowledge base that the assistant answers from; None leaves the choice to us."""

    organization: str | None
    name: str


class Base(WireModel):
    """Where entries go."""

    organization_id: str
    organization: str
    knowledge_id: str


class BasesOrder(RequestModel):
    """The knowledge bases of an organization; None leaves the choice to us."""

    organization: str | None


class ListedBase(WireModel):
    """A knowledge base, and how many entries it has."""

    name: str
    knowledge_id: str
    entry_count: int


class Bases(WireModel):
    """The bases, the oldest first."""

    organization: str
    bases: list[ListedBase]


class FileOrder(RequestModel):
    """A file that was imported into a base."""

    organization_id: str
    knowledge_id: str
    file_name: str


class RemovalOrder(BaseOrder):
    """A base to be removed; with `from_assistants` although some answer from it."""

    from_assistants: bool


class FileQuestion(BaseOrder):
    """Whether a file was imported into a base."""

    file_name: str


class AnchorsAfter(FileOrder):
    """The next places in a file that entries came from, in their order."""

    after: str = ""


class Anchors(WireModel):
    """Places in a file; none if there are no more."""

    anchors: list[str]


class EntriesOrder(FileOrder):
    """A piece of a file."""

    entries: list[Entry]


class AnchorsOrder(FileOrder):
    """Entries that the file has no more."""

    anchors: list[str]


class Imported(WireModel):
    """What became of the entries."""

    result: ImportResult


def open_base(tx: Transaction, order: BaseOrder) -> Base:
    """Find or make the base, and let the organization's assistant answer from it."""
    name = check_name(["name"], order.name)
    organization = find_or_create_organization(tx, order.organization)
    caller = Caller(organization.id)
    knowledge_id = bootstrap.find_or_create_base(tx, caller, name)
    bootstrap.let_assistant_know(tx, caller, knowledge_id)
    return Base(
        organization_id=organization.id, organization=organization.name, knowledge_id=knowledge_id
    )


def list_bases(tx: Transaction, order: BasesOrder) -> Bases:
    organization = get_organization(tx, order.organization)
    caller = Caller(organization.id)
    bases: list[ListedBase] = []
    query = _Page(cursor=None)
    while True:
        page = knowledge.list_bases(tx, caller, query)
        bases += [
            ListedBase(name=base.name, knowledge_id=base.id, entry_count=base.entry_count)
            for base in page.items
        ]
        if page.next_cursor is None:
            return Bases(organization=organization.name, bases=bases)
        query = _Page(cursor=page.next_cursor)


def remove_base(tx: Transaction, order: RemovalOrder) -> Base:
    """Delete the base of this name; what it holds goes piece by piece while a server runs."""
    base = _get_base(tx, order)
    caller = Caller(base.organization_id)
    if order.from_assistants:
        orchestrator.take_knowledge(tx, caller, base.knowledge_id)
    try:
        change(tx, caller, orchestrator.delete_knowledge, base.knowledge_id)
    except KnowledgeInUse as refusal:
        refusal.detail += " The option --from-assistants does so."
        raise
    return base


def find_file(tx: Transaction, order: FileQuestion) -> Base:
    """The base, if the file was imported into it; nothing is made to look for it."""
    base = _get_base(tx, order)
    caller = Caller(base.organization_id)
    if not knowledge.has_file(tx, caller, base.knowledge_id, order.file_name):
        known = ", ".join(knowledge.list_files(tx, caller, base.knowledge_id)) or "none"
        reason = f"nothing in {order.name!r} is from {order.file_name!r}; it has files: {known}"
        raise invalid(["file"], reason)
    return base


def _get_base(tx: Transaction, order: BaseOrder) -> Base:
    organization = get_organization(tx, order.organization)
    caller = Caller(organization.id)
    knowledge_id = knowledge.find_base_by_name(tx, caller, order.name.strip(" "))
    if knowledge_id is None:
        raise KnowledgeNotFound(order.name)
    return Base(
        organization_id=organization.id, organization=organization.name, knowledge_id=knowledge_id
    )


@dataclass
class _Page:
    cursor: str | None
    offset: int | None = None
    limit: int | None = None


def list_anchors(tx: Transaction, order: AnchorsAfter) -> Anchors:
    caller = Caller(order.organization_id)
    found = knowledge.list_anchors(
        tx, caller, order.knowledge_id, order.file_name, after=order.after
    )
    return Anchors(anchors=found)


def put_entries(tx: Transaction, order: EntriesOrder) -> Imported:
    caller = Caller(order.organization_id)
    result = knowledge.put_entries(tx, caller, order.knowledge_id, order.file_name, order.entries)
    record(tx, caller, "put_entries", None, (order.knowledge_id,))
    return Imported(result=result)


def remove_entries(tx: Transaction, order: AnchorsOrder) -> Imported:
    caller = Caller(order.organization_id)
    removed = knowledge.remove_entries(
        tx, caller, order.knowledge_id, order.file_name, order.anchors
    )
    record(tx, caller, "remove_entries", None, (order.knowledge_id,))
    return Imported(result=ImportResult(removed=removed))


OPEN_BASE = Operation(BaseOrder, Base, open_base)
LIST_BASES = Operation(BasesOrder, Bases, list_bases)
REMOVE_BASE = Operation(RemovalOrder, Base, remove_base)
FIND_FILE = Operation(FileQuestion, Base, find_file)
LIST_ANCHORS = Operation(AnchorsAfter, Anchors, list_anchors)
PUT_ENTRIES = Operation(EntriesOrder, Imported, put_entries)
REMOVE_ENTRIES = Operation(AnchorsOrder, Imported, remove_entries)
