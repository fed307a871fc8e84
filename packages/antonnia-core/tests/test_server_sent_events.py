"""Server-sent events, as the HTML standard has them."""

from __future__ import annotations

from typing import List, Tuple

import pytest

from antonnia.core.server_sent_events import EventParser, ServerSentEvent

# What is read, and the events in it as (type, data, id).
STREAMS: List[Tuple[bytes, List[Tuple[str, str, object]]]] = [
    (b"data: one\n\n", [("message", "one", None)]),
    (b"event: add\ndata: 1\nid: 7\n\n", [("add", "1", "7")]),
    (b"data: a\ndata:b\ndata:  c\n\n", [("message", "a\nb\n c", None)]),
    (b"data\n\ndata\ndata\n\n", [("message", "", None), ("message", "\n", None)]),
    (b"data:\n\n", [("message", "", None)]),
    (b": a comment\n\ndata: x\n\n", [("message", "x", None)]),
    (b"data: x\r\n\r\ndata: y\r\rdata: z\n\n", [("message", each, None) for each in "xyz"]),
    (b"data: x\r\n\rdata: y\r\n\n", [("message", "x", None), ("message", "y", None)]),
    (b"\xef\xbb\xbfdata: x\n\n", [("message", "x", None)]),
    (b"\xef\xbb\xbf\xef\xbb\xbfdata: x\n\n", []),
    (b"id: 1\n\ndata: x\n\n", [("message", "x", "1")]),
    (b"id: 1\ndata: x\n\nid\ndata: y\n\n", [("message", "x", "1"), ("message", "y", "")]),
    (b"id: 1\ndata: x\n\nid: a\0b\ndata: y\n\n", [("message", "x", "1"), ("message", "y", "1")]),
    (b"event: add\n\ndata: x\n\n", [("message", "x", None)]),
    (b"nothing: x\nDATA: y\n retry: z\n\n", []),
    (b"retry: 10\ndata: x\n\n", [("message", "x", None)]),
    (b"data: x: y\n\n", [("message", "x: y", None)]),
    ("data: ünïcödé 💬\u2028\n\n".encode(), [("message", "ünïcödé 💬\u2028", None)]),
    (b"data: \xff\xfe\n\n", [("message", "\ufffd\ufffd", None)]),
    (b"data: half an event\n", []),
    (b"data: x\n\ndata: half an event", [("message", "x", None)]),
    (b"", []),
]
IDS = [repr(stream)[:40] for stream, _ in STREAMS]


def read(*pieces: bytes) -> List[ServerSentEvent]:
    parser = EventParser()
    return [event for piece in pieces for event in parser.feed(piece)]


@pytest.mark.parametrize(("stream", "expected"), STREAMS, ids=IDS)
def test_a_stream_is_read_as_the_standard_says(
    stream: bytes, expected: List[Tuple[str, str, object]]
) -> None:
    assert read(stream) == expected


@pytest.mark.parametrize(("stream", "expected"), STREAMS, ids=IDS)
def test_it_does_not_matter_where_it_is_cut_into_pieces(
    stream: bytes, expected: List[Tuple[str, str, object]]
) -> None:
    cuts = range(len(stream) + 1)

    assert read(*[stream[at : at + 1] for at in cuts]) == expected
    for first in cuts:
        for second in range(first, len(stream) + 1):
            pieces = stream[:first], stream[first:second], b"", stream[second:]
            assert read(*pieces) == expected


def test_where_to_resume_moves_on_with_whole_events_and_ids_alone() -> None:
    parser = EventParser()

    parser.feed(b"id: 4\ndata: x\n\nid: 5\ndata: half")
    after_half = parser.last_id
    parser.feed(b"\n\n:\n\nid: 9\n\n")

    assert (after_half, parser.last_id) == ("4", "9")
