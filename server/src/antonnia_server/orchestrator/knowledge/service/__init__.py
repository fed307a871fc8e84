"""Knowledge bases: filled from files and by hand, asked by contacts."""

from ..storage.bases import BaseRow
from ..storage.entries import EntryRow
from .asking import decide, search
from .bases import (
    DELETE_KNOWLEDGE,
    create_base,
    delete_base,
    delete_piece,
    find_base_by_name,
    get_base,
    list_bases,
    lock_base,
    rename_base,
)
from .calibrating import (
    ASKED_AT_ONCE,
    CALIBRATE_KNOWLEDGE,
    Sampled,
    calibrate,
    find_examples,
    sample,
    schedule_calibration,
)
from .entries import (
    MAX_PHRASINGS,
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
    has_file,
    import_entries,
    list_anchors,
    list_files,
    put_entries,
    remove_entries,
)
from .rebuilding import REBUILD_INDEX, rebuild_piece, rebuild_some, schedule_rebuilds

__all__ = [
    "ASKED_AT_ONCE",
    "CALIBRATE_KNOWLEDGE",
    "DELETE_KNOWLEDGE",
    "MAX_PHRASINGS",
    "PIECE",
    "REBUILD_INDEX",
    "BaseRow",
    "EntryRow",
    "ImportResult",
    "Sampled",
    "add_phrasing",
    "calibrate",
    "create_base",
    "create_entry",
    "decide",
    "delete_base",
    "delete_entry",
    "delete_piece",
    "find_base_by_name",
    "find_examples",
    "get_base",
    "get_entry",
    "has_file",
    "import_entries",
    "list_anchors",
    "list_bases",
    "list_entries",
    "list_files",
    "lock_base",
    "put_entries",
    "rebuild_piece",
    "rebuild_some",
    "remove_entries",
    "rename_base",
    "sample",
    "schedule_calibration",
    "schedule_rebuilds",
    "search",
    "update_entry",
]
