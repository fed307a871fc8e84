"""The edge's token lookup: what a token stands for, remembered for a moment."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable

from antonnia_server.clock import Clock
from antonnia_server.db import Database, StorageFailed
from antonnia_server.http.authentication import Identity
from antonnia_server.http.refusal import InvalidToken

from .secrets import hash_secret, is_well_formed
from .service import TOKENS_TOPIC, identify, note_uses

# How long a token goes on being taken after it was revoked, by whichever process.
REMEMBERED_SECONDS = 1.0
MAX_REMEMBERED = 10_000


class RememberingTokenLookup:
    """Finds what a token stands for, and asks the database about each only once a second.

    When one expires is for the server's clock to say, which may be moved by hand. That a token is
    used is written down beside its requests: none waits for it, and none fails with it.
    """

    def __init__(
        self, db: Database, clock: Clock, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._monotonic = monotonic
        self._db = db
        self._clock = clock
        self._remembered: dict[bytes, tuple[Identity, float]] = {}
        self._unnoted: dict[str, Identity] = {}
        self._noting: asyncio.Task[None] | None = None
        # What was revoked in this process, or told by another one, is asked for again at once.
        db.listen(TOKENS_TOPIC, self.forget)

    async def identify(self, secret: str) -> Identity:
        secret_hash = hash_secret(secret)
        now = self._monotonic()
        remembered = self._remembered
        identity, until = remembered.get(secret_hash, (None, 0.0))
        if (
            identity is not None
            and now < until
            and (identity.expires_at is None or self._clock.now() < identity.expires_at)
        ):
            return identity
        if not is_well_formed(secret):
            raise InvalidToken("This is not a token of this platform. Was it copied in full?")
        identity = await self._db.read(identify, secret_hash)
        if len(remembered) >= MAX_REMEMBERED:
            remembered.clear()
        # What was forgotten meanwhile stays so: this may have been read before the change.
        remembered[secret_hash] = (identity, now + REMEMBERED_SECONDS)
        if identity.is_used_anew:
            self._unnoted[identity.token_id] = identity
            if self._noting is None:
                self._noting = asyncio.create_task(self._note())
        return identity

    def forget(self) -> None:
        """Ask the database again about each."""
        self._remembered = {}

    async def close(self) -> None:
        """Write down what was used last."""
        if self._noting is not None:
            await self._noting

    async def _note(self) -> None:
        # While the storage takes no writes, what was used is not known: the requests do not fail,
        # and each look at a token asks for the note again.
        try:
            with contextlib.suppress(StorageFailed):
                while self._unnoted:
                    uses, self._unnoted = self._unnoted, {}
                    await self._db.write(note_uses, list(uses.values()))
        finally:
            self._noting = None
