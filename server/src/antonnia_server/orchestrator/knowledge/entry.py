"""An entry as a file brings it, before it belongs to a knowledge base."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

EntryKind = Literal["article", "question"]
# An anchor stands in an index with the name of its file, where PostgreSQL takes 2.7 kB at most.
MAX_SLUG_CHARACTERS = 255


@dataclass(frozen=True, slots=True)
class Entry:
    """One article, or one question with its answer."""

    kind: EntryKind
    title: str
    # What a contact is answered with, character by character.
    text: str
    source: str
    # Unique within the file, and the same at the next import of it.
    anchor: str
    # The headings above this one, for a search to know what "How long?" is about.
    context: str = ""
    # Other ways in which contacts ask for it; found as the title is.
    phrasings: tuple[str, ...] = ()

    def fingerprint(self) -> str:
        """The same for two entries exactly if a search or an answer could not tell them apart."""
        parts: list[object] = [self.kind, self.title, self.context, self.text, self.source]
        if self.phrasings:
            parts.append(self.phrasings)
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def slug_of(title: str) -> str:
    """The anchor that Markdown viewers give to a heading; of a very long one, its beginning."""
    slug = re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-")
    return slug[:MAX_SLUG_CHARACTERS] or "entry"


def distinct_phrasings(title: str, phrasings: Iterable[str]) -> tuple[str, ...]:
    """Those that say something, each once, and none that only repeats the title."""
    kept = dict.fromkeys(phrasing.strip() for phrasing in phrasings)
    return tuple(phrasing for phrasing in kept if phrasing and phrasing != title)


def kind_of(title: str) -> EntryKind:
    """What its title says an entry is."""
    return "question" if title.endswith("?") else "article"
