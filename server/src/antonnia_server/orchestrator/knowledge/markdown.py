"""The sections of a Markdown document: each heading with the text under it, as it was written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_HEADING = re.compile(r" {0,3}(#{1,6})(?=[ \t]|$)")
_CLOSING_MARKS = re.compile(r"(?:^|[ \t])#+$")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)$")
# What an underline does not make a heading of: a list item, a quote, a table, indented code.
_NO_PARAGRAPH = re.compile(r" {4}|\t|\s*(?:[-*+>|]|\d+[.)])")


class Section(NamedTuple):
    """A heading and the text between it and the next one."""

    line: int
    title: str
    # The headings above, outermost first.
    parents: tuple[str, ...]
    text: str


def sections(document: str) -> Iterator[Section]:
    """Every section that has text; what stands before the first heading has an empty title."""
    lines = document.replace("\r\n", "\n").split("\n")
    path: list[tuple[int, str]] = []
    first = start = _after_front_matter(lines)
    for end, start_of_text, level, title in [*_headings(lines, first), (len(lines), 0, 0, "")]:
        text = "\n".join(lines[start:end])
        if text.strip():
            parents = tuple(heading for _, heading in path[:-1])
            # Blank lines go from both ends; the first line keeps its indent, which may be code.
            text = re.sub(r"\A(?:[ \t]*\n)+", "", text).rstrip()
            yield Section(max(start, 1), path[-1][1] if path else "", parents, text)
        path = [*((depth, heading) for depth, heading in path if depth < level), (level, title)]
        start = start_of_text


def _headings(lines: list[str], first: int) -> Iterator[tuple[int, int, int, str]]:
    """Each heading: its line, the line after it, its level and its words."""
    fence = ""
    for number in range(first, len(lines)):
        line = lines[number]
        if mark := _FENCE.match(line):
            run, rest = mark.groups()
            if not fence:
                # A backtick after the run makes it inline code, not a fence.
                fence = "" if run[0] == "`" and "`" in rest else run
            elif run.startswith(fence) and not rest.strip():
                fence = ""
        elif fence:
            continue
        elif heading := _HEADING.match(line):
            title = _CLOSING_MARKS.sub("", line[heading.end() :].strip()).strip()
            yield number, number + 1, len(heading[1]), title
        elif (underline := _UNDERLINE.match(line)) and _is_one_line_paragraph(lines, first, number):
            level = 1 if underline[1].startswith("=") else 2
            yield number - 1, number + 1, level, lines[number - 1].strip()


def _is_one_line_paragraph(lines: list[str], first: int, underline: int) -> bool:
    above = underline - 1
    if above < first or not lines[above].strip() or _NO_PARAGRAPH.match(lines[above]):
        return False
    return above == first or not lines[above - 1].strip()


def _after_front_matter(lines: list[str]) -> int:
    """The first line after a block of settings between two `---`, or 0."""
    if lines[0].rstrip() != "---":
        return 0
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() in ("---", "..."):
            return number + 1
    return 0
