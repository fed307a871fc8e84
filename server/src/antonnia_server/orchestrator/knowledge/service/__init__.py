"""Knowledge bases: filled from files and by hand, asked by contacts."""

from ..storage.bases import BaseRow
from ..storage.entries import EntryRow
from .asking import decide, search
from .bases import (
    DELETE_KNOWLEDGE,
    count_entries,
    create_base,
    delete_base,
    delete_piece,
    find_base_by_name,
    get_base,
    list_bases,
    rename_base,
)
from .entries import (
    add_phrasing,
    create_entry,
    delete_entry,
    get_entry,
    list_entries,
    update_entry,
)
from .imports import (
    PIECE,
    ImportResult,
    import_entries,
    list_anchors,
    put_entries,
    remove_entries,
    remove_missing,
)

__all__ = [
    "DELETE_KNOWLEDGE",
    "PIECE",
    "BaseRow",
    "EntryRow",
    "ImportResult",
    "add_phrasing",
    "count_entries",
    "create_base",
    "create_entry",
    "decide",
    "delete_base",
    "delete_entry",
    "delete_piece",
    "find_base_by_name",
    "get_base",
    "get_entry",
    "import_entries",
    "list_anchors",
    "list_bases",
    "list_entries",
    "put_entries",
    "remove_entries",
    "remove_missing",
    "rename_base",
    "search",
    "update_entry",
]
