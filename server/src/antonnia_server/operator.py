"""What an operator can have done, whether or not a server is running.

An operation is a unit of work with an order and an answer. A command runs it in its own process,
or, if a server owns the database, sends it there (`operator_api`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from antonnia.core.models import RequestModel, WireModel

from . import bootstrap
from .auth import service as auth
from .auth.service import OrganizationRow
from .db import Transaction
from .db.revision import stored_revision
from .http.caller import Caller
from .http.refusal import invalid
from .orchestrator import service as orchestrator
from .orchestrator.errors import KnowledgeInUse
from .orchestrator.knowledge import service as knowledge
from .orchestrator.knowledge.entry import Entry
from .orchestrator.knowledge.errors import KnowledgeNotFound
from .orchestrator.knowledge.service import ImportResult

MAX_NAME_CHARACTERS = 255
Order = TypeVar("Order", bound=RequestModel)
Answer = TypeVar("Answer", bound=BaseModel)


@dataclass(frozen=True)
class Operation(Generic[Order, Answer]):
    """One thing to be done: what is asked, what is answered, and the unit of work."""

    order: type[Order]
    answer: type[Answer]
    work: Callable[[Transaction, Order], Answer]

    @property
    def name(self) -> str:
        return self.work.__name__


class SchemaQuestion(RequestModel):
    """Which schema the code that answers wants, and so has."""


class Schema(WireModel):
    """The revision of a schema."""

    revision: str


class TokenOrder(RequestModel):
    """A token for an organization, which is made if it is new."""

    organization: str


class Token(WireModel):
    """A new token; its secret is shown this once."""

    token: str
    organization_id: str


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


def report_schema(tx: Transaction, order: SchemaQuestion) -> Schema:
    stored = stored_revision(tx.connection)
    assert stored is not None, "the database was migrated before anybody asks"
    return Schema(revision=stored)


def create_token(tx: Transaction, order: TokenOrder) -> Token:
    name = _name(["organization"], order.organization)
    organization_id = auth.find_or_create_organization(tx, name)
    created = auth.create_token(tx, organization_id, "made by `antonnia token create`")
    return Token(token=created.token, organization_id=created.organization_id)


def open_base(tx: Transaction, order: BaseOrder) -> Base:
    """Find or make the base, and let the organization's assistant answer from it."""
    name = _name(["name"], order.name)
    organization = _find_or_create_organization(tx, order.organization)
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
        orchestrator.delete_knowledge(tx, caller, base.knowledge_id)
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
    return Imported(result=result)


def remove_entries(tx: Transaction, order: AnchorsOrder) -> Imported:
    caller = Caller(order.organization_id)
    removed = knowledge.remove_entries(
        tx, caller, order.knowledge_id, order.file_name, order.anchors
    )
    return Imported(result=ImportResult(removed=removed))


def _name(loc: list[str | int], given: str) -> str:
    """A name as it is stored: without the spaces around it.

    Raises:
        ValidationFailed: It is empty or too long, or would not show as it is.
    """
    name = given.strip(" ")
    if not (0 < len(name) <= MAX_NAME_CHARACTERS and name.isprintable()):
        raise invalid(loc, f"a name has 1 to {MAX_NAME_CHARACTERS} printable characters")
    return name


def get_organization(tx: Transaction, given: str | None) -> OrganizationRow:
    """The organization of that name; without a name, the one for development, or the only one.

    Raises:
        ValidationFailed: There is none, or it is not clear which one is meant.
    """
    found = _find_organization(tx, given)
    if found is None:
        raise invalid(
            ["organization"],
            "there is none yet; `antonnia token create --organization NAME` makes one",
        )
    return found


def _find_or_create_organization(tx: Transaction, given: str | None) -> OrganizationRow:
    """As `get_organization`; where nothing was started yet, `antonnia dev` will find it."""
    found = _find_organization(tx, given)
    if found is None:
        bootstrap.prepare_organization(tx)
        found = get_organization(tx, bootstrap.ORGANIZATION)
    return found


def _find_organization(tx: Transaction, given: str | None) -> OrganizationRow | None:
    """None if no name is given and there are no organizations."""
    organizations = auth.list_organizations(tx)
    name = bootstrap.ORGANIZATION if given is None else _name(["organization"], given)
    for organization in organizations:
        if organization.name == name:
            return organization
    if given is not None:
        raise invalid(
            ["organization"], f"there is no organization {name!r}; {_known(organizations)}"
        )
    if len(organizations) > 1:
        raise invalid(["organization"], f"which one? {_known(organizations)}")
    return organizations[0] if organizations else None


def _known(organizations: list[OrganizationRow]) -> str:
    names = ", ".join(organization.name for organization in organizations) or "none"
    return f"there are: {names}"


REPORT_SCHEMA = Operation(SchemaQuestion, Schema, report_schema)
CREATE_TOKEN = Operation(TokenOrder, Token, create_token)
OPEN_BASE = Operation(BaseOrder, Base, open_base)
LIST_BASES = Operation(BasesOrder, Bases, list_bases)
REMOVE_BASE = Operation(RemovalOrder, Base, remove_base)
FIND_FILE = Operation(FileQuestion, Base, find_file)
LIST_ANCHORS = Operation(AnchorsAfter, Anchors, list_anchors)
PUT_ENTRIES = Operation(EntriesOrder, Imported, put_entries)
REMOVE_ENTRIES = Operation(AnchorsOrder, Imported, remove_entries)

OPERATIONS: dict[str, Operation[Any, Any]] = {
    operation.name: operation
    for operation in (
        REPORT_SCHEMA,
        CREATE_TOKEN,
        OPEN_BASE,
        LIST_BASES,
        REMOVE_BASE,
        FIND_FILE,
        LIST_ANCHORS,
        PUT_ENTRIES,
        REMOVE_ENTRIES,
    )
}
