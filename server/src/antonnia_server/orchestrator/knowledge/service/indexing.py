"""What of an entry goes into the index."""

from __future__ import annotations

from collections.abc import Sequence

from antonnia_server.db import Transaction

from .. import index
from ..entry import Entry


def put_into_index(
    tx: Transaction,
    knowledge_id: str,
    number: int,
    entry: Entry,
    added_phrasings: Sequence[str] = (),
) -> None:
    """Other phrasings are as good as the title."""
    title = "\n".join([entry.title, *entry.phrasings, *added_phrasings])
    index.add(tx, knowledge_id, number, title=title, text=f"{entry.context}\n{entry.text}")
