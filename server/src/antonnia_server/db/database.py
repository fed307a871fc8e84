"""The database, as the rest of the server sees it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from .transaction import Transaction
from .trouble import StorageFailed

P = ParamSpec("P")
R = TypeVar("R")


class Database(Protocol):
    """Runs units of work: plain functions whose first argument is their transaction."""

    is_shared: bool
    """Whether other processes work on it too."""

    async def write(
        self, work: Callable[Concatenate[Transaction, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run `work` in a transaction and return its result once that is durable.

        How many may wait is for whoever calls to bound: `http.intake` does so for requests, and the
        runner has its concurrency.

        Whatever `work` raises is raised here, and nothing that it wrote is kept.

        Raises:
            StorageFailed: The transaction could not be committed, or the storage is in trouble.
        """
        ...

    async def read(
        self, work: Callable[Concatenate[Transaction, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run `work` on a snapshot that cannot be written to.

        Raises:
            StorageFailed: The snapshot could not be read.
        """
        ...

    @property
    def trouble(self) -> StorageFailed | None:
        """Why every write is refused at present; None if none is."""
        ...

    def listen(self, topic: str, callback: Callable[[], None]) -> None:
        """Call `callback` on the event loop after each commit of a unit that notified `topic`.

        It is also called when the storage works again after trouble.
        """
        ...

    async def start(self) -> None:
        """Open the connections; belongs to the running event loop from here on."""
        ...

    async def close(self) -> None:
        """Finish the writes that were taken, then close every connection."""
        ...
