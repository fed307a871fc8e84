"""A file's bytes become entries, or one error that says what to change.

Markdown gives one entry a section (see `markdown`); CSV and JSON Lines one a row, with the keys
`question` and `answer`, or `title` and `text`, and optionally `source` and `phrasings`: other ways
to ask, one a line. In Markdown they stand in a comment at the beginning of the section.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import Any, NamedTuple, cast

from .entry import Entry, EntryKind, distinct_phrasings, kind_of, slug_of
from .errors import UnreadableKnowledge
from .markdown import sections

# An answer becomes a message's text and keeps to the same limit.
MAX_TEXT_CHARACTERS = 65_536

# Not every database can store these in a text, and JSON cannot carry them.
_UNSENDABLE = re.compile("[\0\ud800-\udfff]")

# The two keys of a row, and the kind of entry that they make.
_KINDS: dict[tuple[str, str], EntryKind] = {
    ("question", "answer"): "question",
    ("title", "text"): "article",
}
_OPTIONAL = {"source", "phrasings"}
_EXPECTED = "question,answer or title,text, and optionally source and phrasings"

# Nobody who reads the document sees it.
_ALSO_ASKED = re.compile(r"<!--\s*also asked:(.*?)-->\s*", re.DOTALL | re.IGNORECASE)


class _Row(NamedTuple):
    """What one section, row or line says, and the line it begins in."""

    line: int
    kind: EntryKind
    title: str
    text: str
    source: str = ""
    context: str = ""
    phrasings: tuple[str, ...] = ()


def read_entries(file_name: str, content: bytes) -> list[Entry]:
    """Read a Markdown, CSV or JSON Lines file; its extension says which.

    Entries that say the same are given once.

    Raises:
        UnreadableKnowledge: The file cannot be imported as it is.
    """
    readers = {
        ".md": _read_markdown,
        ".markdown": _read_markdown,
        ".csv": _read_csv,
        ".jsonl": _read_json_lines,
        ".ndjson": _read_json_lines,
    }
    read = readers.get(PurePath(file_name).suffix.lower())
    if read is None:
        raise UnreadableKnowledge(
            file_name, f"The extension is not one of {', '.join(readers)}. Convert or rename it."
        )
    entries = _entries(file_name, read(file_name, _decode(file_name, content)))
    if not entries:
        raise UnreadableKnowledge(file_name, "The file has no entry: no text under any heading.")
    return entries


def _decode(file_name: str, content: bytes) -> str:
    try:
        # Spreadsheets put a byte order mark before what they save as UTF-8.
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        reason = "This is not UTF-8. Save the file with the encoding UTF-8."
        raise UnreadableKnowledge(file_name, reason, line=line) from error
    if not text.strip():
        raise UnreadableKnowledge(file_name, "The file is empty.")
    return text


def _entries(file_name: str, rows: Iterable[_Row]) -> list[Entry]:
    entries: list[Entry] = []
    seen: set[tuple[str, ...]] = set()
    anchors: set[str] = set()
    for row in rows:
        _check(file_name, row)
        identity = (row.title, row.text, row.source, row.context, *row.phrasings)
        if identity in seen:
            continue
        seen.add(identity)
        anchor = _unused_anchor(row.title, anchors)
        source = row.source or f"{file_name}#{anchor}"
        entry = Entry(row.kind, row.title, row.text, source, anchor, row.context, row.phrasings)
        entries.append(entry)
    return entries


def _check(file_name: str, row: _Row) -> None:
    if len(row.text) > MAX_TEXT_CHARACTERS:
        reason = (
            f"The text has {len(row.text):,} characters and a message holds at most"
            f" {MAX_TEXT_CHARACTERS:,}. Divide it into several entries."
        )
        raise UnreadableKnowledge(file_name, reason, line=row.line)
    for part in (row.title, row.text, row.source, *row.phrasings):
        if _UNSENDABLE.search(part):
            reason = "The text holds a NUL or half of a surrogate pair. Remove that character."
            raise UnreadableKnowledge(file_name, reason, line=row.line)


def _unused_anchor(title: str, anchors: set[str]) -> str:
    """The anchor of a heading, counted on when it repeats."""
    slug = slug_of(title)
    anchor, repeated = slug, 0
    while anchor in anchors:
        repeated += 1
        anchor = f"{slug}-{repeated}"
    anchors.add(anchor)
    return anchor


def _read_markdown(file_name: str, text: str) -> Iterator[_Row]:
    for section in sections(text):
        title = section.title or PurePath(file_name).stem
        kind = kind_of(title)
        context = " › ".join(section.parents)  # the usual sign in a path of headings
        text, phrasings = section.text, ""
        if also_asked := _ALSO_ASKED.match(text):
            text, phrasings = text[also_asked.end() :], also_asked[1]
        if not text:
            reason = "There is no text under the comment. Write the answer there."
            raise UnreadableKnowledge(file_name, reason, line=section.line)
        yield _Row(
            section.line, kind, title, text, context=context, phrasings=_lines(title, phrasings)
        )


def _lines(title: str, phrasings: str) -> tuple[str, ...]:
    """One phrasing a line, which may be an item of a list."""
    return distinct_phrasings(
        title, (line.strip().removeprefix("- ") for line in phrasings.split("\n"))
    )


def _read_csv(file_name: str, text: str) -> Iterator[_Row]:
    # In many countries spreadsheets separate with semicolons, because numbers hold the commas.
    first_line = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=first_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header: list[str] = []
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if header:
                    yield _csv_row(file_name, line, header, cells)
                else:
                    header = _csv_header(file_name, line, cells)
            line = reader.line_num + 1
    except csv.Error as error:
        reason = f"This is not CSV ({error}). Close every quote; write a quote in a text twice."
        raise UnreadableKnowledge(file_name, reason, line=line) from error


def _csv_header(file_name: str, line: int, cells: list[str]) -> list[str]:
    header = [cell.strip().lower() for cell in cells]
    required = [name for name in header if name not in _OPTIONAL]
    if len(set(header)) != len(header) or set(required) not in [set(keys) for keys in _KINDS]:
        found = ",".join(cells)[:100]
        reason = f"The header is {found!r}; expected the columns {_EXPECTED}."
        raise UnreadableKnowledge(file_name, reason, line=line)
    return header


def _csv_row(file_name: str, line: int, header: list[str], cells: list[str]) -> _Row:
    if len(cells) != len(header):
        reason = (
            f"The row has {len(cells)} columns and the header {len(header)}."
            " Put quotes around a text that holds the separator."
        )
        raise UnreadableKnowledge(file_name, reason, line=line)
    return _keyed_row(file_name, line, dict(zip(header, cells, strict=True)))


def _read_json_lines(file_name: str, text: str) -> Iterator[_Row]:
    # Not `splitlines`: a JSON string may hold the other line separators as they are.
    for line, written in enumerate(text.split("\n"), start=1):
        if not written.strip():
            continue
        try:
            value = json.loads(written)
        except (ValueError, RecursionError) as error:
            reason = f"This line is not JSON ({error}). Write one whole object a line."
            raise UnreadableKnowledge(file_name, reason, line=line) from error
        if not isinstance(value, dict):
            reason = f"This line is not an object; expected the keys {_EXPECTED}."
            raise UnreadableKnowledge(file_name, reason, line=line)
        yield _keyed_row(file_name, line, cast(dict[str, Any], value))


def _keyed_row(file_name: str, line: int, values: dict[str, Any]) -> _Row:
    keys = next((keys for keys in _KINDS if values.keys() - _OPTIONAL == set(keys)), None)
    if keys is None:
        reason = f"The keys are {', '.join(values) or 'none'}; expected {_EXPECTED}."
        raise UnreadableKnowledge(file_name, reason, line=line)
    if isinstance(values.get("phrasings"), list):
        listed = cast(list[object], values["phrasings"])
        texts = [each for each in listed if isinstance(each, str)]
        values = {**values, "phrasings": "\n".join(texts) if texts == listed else None}
    for key, value in values.items():
        if not isinstance(value, str):
            reason = f"{key} is not a text. Put it in quotes."
            raise UnreadableKnowledge(file_name, reason, line=line)
        if key not in _OPTIONAL and not value.strip():
            raise UnreadableKnowledge(file_name, f"{key} is empty. Fill it in.", line=line)
    title, text = (values[key].strip() for key in keys)
    source = values.get("source", "").strip()
    phrasings = _lines(title, values.get("phrasings", ""))
    return _Row(line, _KINDS[keys], title, text, source, phrasings=phrasings)
