"""What a client sends to a PostgreSQL, in the pieces in which it arrives."""

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


class WireTap:
    """Stands between a client and its server; reads along from `listen` on."""

    def __init__(self, server: Path) -> None:
        self._server = server
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
            self._forward(reader, to_server, is_heard=True),
            self._forward(from_server, writer, is_heard=False),
        )

    async def _forward(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_heard: bool
    ) -> None:
        while piece := await reader.read(1 << 16):
            if is_heard and self._is_listening:
                self._hear(id(reader), piece)
            writer.write(piece)
        writer.close()

    def _hear(self, connection: int, piece: bytes) -> None:
        """Follow the messages: each is its type, its length with those four bytes, its content."""
        self.pieces += 1
        unread = self._unread.get(connection, b"") + piece
        begun = self._begun.get(connection, b"")
        while len(unread) >= _HEAD_BYTES:
            end = 1 + int.from_bytes(unread[1:_HEAD_BYTES], "big")
            if len(unread) < end:
                break
            kind, unread = unread[:1], unread[end:]
            begun = b"" if kind in _ENDS else begun + kind
        self._unread[connection], self._begun[connection] = unread, begun
        if begun:
            self.unfinished.append(begun)


@asynccontextmanager
async def tapped(url: str) -> AsyncIterator[tuple[WireTap, str]]:
    """A tap on the server at `url`, and the URL that leads through it."""
    parts = urlsplit(url)
    [directory] = parse_qs(parts.query)["host"]
    tap = WireTap(Path(directory) / _SOCKET)
    # Not in the directory of a test: a socket's path is short.
    with tempfile.TemporaryDirectory(prefix="antonnia-tap-") as place:
        server = await asyncio.start_unix_server(tap.connect, Path(place) / _SOCKET)
        try:
            yield tap, url.replace(directory, place)
        finally:
            server.close()
            await tap.close()
