"""What a client and a PostgreSQL send each other: read along, or withheld."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

_SOCKET = ".s.PGSQL.5432"
_HEAD_BYTES = 5
# After these the server has answered, and waits for nothing that belongs to what came before.
_ENDS = (b"S", b"Q", b"X")
_SIGNAL = b"A"


class WireTap:
    """Stands between a client and its server; reads along from `listen` on."""

    def __init__(self, server: Path, *, withholds_signals: bool) -> None:
        self._server = server
        self._withholds_signals = withholds_signals
        self._open: set[asyncio.Task[None]] = set()
        self._is_listening = False
        self._unread: dict[int, bytes] = {}
        self._begun: dict[int, bytes] = {}
        self.pieces = 0
        # For each piece after which the server waited for more of it: which messages it had.
        self.unfinished: list[bytes] = []

    def listen(self) -> None:
        self._is_listening = True

    def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(asyncio.create_task(self._join(reader, writer)))

    async def close(self) -> None:
        """Wait until every connection has ended."""
        await asyncio.gather(*self._open)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_unix_connection(self._server)
        await asyncio.gather(
            self._forward_requests(reader, to_server), self._forward_answers(from_server, writer)
        )

    async def _forward_requests(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while piece := await reader.read(1 << 16):
            if self._is_listening:
                self._hear(id(reader), piece)
            writer.write(piece)
        writer.close()

    async def _forward_answers(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        unread = b""
        while piece := await reader.read(1 << 16):
            messages, unread = _messages_in(unread + piece)
            for message in messages:
                if not (self._withholds_signals and message.startswith(_SIGNAL)):
                    writer.write(message)
        writer.close()

    def _hear(self, connection: int, piece: bytes) -> None:
        self.pieces += 1
        messages, self._unread[connection] = _messages_in(self._unread.get(connection, b"") + piece)
        begun = self._begun.get(connection, b"")
        for message in messages:
            begun = b"" if message[:1] in _ENDS else begun + message[:1]
        self._begun[connection] = begun
        if begun:
            self.unfinished.append(begun)


def _messages_in(received: bytes) -> tuple[list[bytes], bytes]:
    """Each is its type, its length with those four bytes, its content; and what is left."""
    messages = []
    while len(received) >= _HEAD_BYTES:
        end = 1 + int.from_bytes(received[1:_HEAD_BYTES], "big")
        if len(received) < end:
            break
        messages.append(received[:end])
        received = received[end:]
    return messages, received


@asynccontextmanager
async def tapped(
    url: str, *, withholds_signals: bool = False
) -> AsyncIterator[tuple[WireTap, str]]:
    """A tap on the server at `url`, and the URL that leads through it."""
    parts = urlsplit(url)
    [directory] = parse_qs(parts.query)["host"]
    tap = WireTap(Path(directory) / _SOCKET, withholds_signals=withholds_signals)
    # Not in the directory of a test: a socket's path is short.
    with tempfile.TemporaryDirectory(prefix="antonnia-tap-") as place:
        server = await asyncio.start_unix_server(tap.connect, Path(place) / _SOCKET)
        try:
            yield tap, url.replace(directory, place)
        finally:
            server.close()
            await tap.close()
