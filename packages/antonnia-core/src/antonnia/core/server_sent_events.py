"""Reads a stream of server-sent events, as the HTML standard says, piece by piece."""

from __future__ import annotations

import re
from typing import List, NamedTuple, Optional

_LINE_END = re.compile(rb"\r\n|\n|\r")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class ServerSentEvent(NamedTuple):
    """An event as it came; `id` is the last one that was said, by this event or before it."""

    type: str
    data: str
    id: Optional[str]


class EventParser:
    """The events in the pieces of one answer, wherever it was cut into pieces.

    What is left when the answer ends is half an event, and none.

    Attributes:
        last_id: Where to resume; it moves on with events, and where the server says only an id.
    """

    def __init__(self) -> None:
        self.last_id: Optional[str] = None
        self._id: Optional[str] = None
        # A line that is not over yet.
        self._begun: List[bytes] = []
        self._is_first_line = True
        # The carriage return was the end of its line; a line feed after it ends no other.
        self._is_after_return = False
        self._start_event()

    def _start_event(self) -> None:
        self._type = ""
        self._data: List[str] = []

    def feed(self, piece: bytes) -> List[ServerSentEvent]:
        """The events that are complete with this piece."""
        if self._is_after_return and piece.startswith(b"\n"):
            self._is_after_return = False
            piece = piece[1:]
        if not piece:
            return []
        self._is_after_return = piece.endswith(b"\r")
        lines = _LINE_END.split(piece)
        self._begun.append(lines[0])
        if len(lines) == 1:
            return []
        lines[0] = b"".join(self._begun)
        self._begun = [lines.pop()]
        return [event for event in map(self._take_line, lines) if event is not None]

    def _take_line(self, line: bytes) -> Optional[ServerSentEvent]:
        if self._is_first_line:
            self._is_first_line = False
            if line.startswith(_BYTE_ORDER_MARK):
                line = line[len(_BYTE_ORDER_MARK) :]
        if not line:
            return self._end_event()
        name, _, value = line.decode(errors="replace").partition(":")
        self._take_field(name, value[1:] if value.startswith(" ") else value)
        return None

    def _take_field(self, name: str, value: str) -> None:
        # A comment is a field without a name.
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._type = value
        elif name == "id" and "\0" not in value:
            self._id = value

    def _end_event(self) -> Optional[ServerSentEvent]:
        self.last_id = self._id
        event_type, data = self._type or "message", self._data
        self._start_event()
        return ServerSentEvent(event_type, "\n".join(data), self.last_id) if data else None
