"""What a new server knows before anyone has imported anything: Antonnia itself."""

from __future__ import annotations

from importlib.resources import files

from .entry import Entry
from .reading import read_entries

FILE_NAME = "builtin.md"


def builtin_entries() -> list[Entry]:
    content = files("antonnia_server.orchestrator.knowledge").joinpath(FILE_NAME).read_bytes()
    return read_entries(FILE_NAME, content)
