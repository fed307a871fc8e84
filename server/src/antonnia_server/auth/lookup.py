"""The edge's token lookup: what a token stands for, remembered for a moment."""

from __future__ import annotations

import time

from antonnia_server.db import Database
from antonnia_server.http.authentication import Identity
from antonnia_server.http.refusal import InvalidToken

from .secrets import hash_secret, is_well_formed
from .service import identify

# How long a token goes on being taken after it was revoked, by whichever process.
REMEMBERED_SECONDS = 1.0
MAX_REMEMBERED = 10_000


class RememberingTokenLookup:
    """Finds what a token stands for, and asks the database about each only once a second.

    One that expires is not remembered: when it does is for the server's clock to say, which may
    be moved by hand.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._remembered: dict[bytes, tuple[Identity, float]] = {}

    async def identify(self, secret: str) -> Identity:
        secret_hash = hash_secret(secret)
        now = time.monotonic()
        identity, until = self._remembered.get(secret_hash, (None, 0.0))
        if identity is not None and now < until:
            return identity
        if not is_well_formed(secret):
            raise InvalidToken("This is not a token of this platform. Was it copied in full?")
        identity = await self._db.read(identify, secret_hash)
        if identity.expires_at is None:
            if len(self._remembered) >= MAX_REMEMBERED:
                self._remembered.clear()
            self._remembered[secret_hash] = (identity, now + REMEMBERED_SECONDS)
        return identity
