"""Where processes add up what each of them has counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import sqlalchemy as sa

from antonnia_server.clock import SECOND
from antonnia_server.db import Database, StorageFailed, Transaction
from antonnia_server.db.statement import Statement

from .counts import Count
from .tables import rate_limit_counts

CLEAN_EVERY = 60 * SECOND


class Sum(NamedTuple):
    """What all have counted of a key: in a window, and in the one before."""

    total: int
    before: int


class LedgerFailed(Exception):
    """The ledger could not be reached, or not be read."""


class Ledger(Protocol):
    """What adds up."""

    async def add(self, told: Sequence[Count]) -> list[Sum]:
        """Add what is `sent` of each; the sums, in the same order.

        Raises:
            LedgerFailed: It may have been added or not.
        """
        ...

    async def close(self) -> None: ...


class _Row(NamedTuple):
    key: str
    number: int
    total: int
    before: int


# Written out, as what is only PostgreSQL's reads best.
_ADD = Statement(
    sa.text(
        """
        INSERT INTO rate_limit_counts AS held (key, number, count, expires_at)
        SELECT * FROM unnest(
            CAST(:keys AS text[]), CAST(:numbers AS bigint[]), CAST(:counts AS bigint[]),
            CAST(:expire_at AS bigint[])
        )
        ON CONFLICT (key, number) DO UPDATE SET count = held.count + excluded.count
        RETURNING key, number, count, coalesce((
            SELECT before.count FROM rate_limit_counts AS before
            WHERE before.key = held.key AND before.number = held.number - 1
        ), 0)
        """
    ),
    _Row,
)
_EXPIRED = (
    sa.select(rate_limit_counts.c.key, rate_limit_counts.c.number)
    .where(rate_limit_counts.c.expires_at < sa.bindparam("now"))
    .with_for_update(skip_locked=True)
)
_DELETE_EXPIRED: Statement[_Row] = Statement(
    sa.delete(rate_limit_counts).where(
        sa.tuple_(rate_limit_counts.c.key, rate_limit_counts.c.number).in_(_EXPIRED)
    )
)


class PostgresLedger:
    """The ledger in the database that the processes share: one statement adds and answers."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._clean_at = 0

    async def add(self, told: Sequence[Count]) -> list[Sum]:
        try:
            sums = await self._db.write(self._add, told)
        except StorageFailed as error:
            raise LedgerFailed(str(error)) from error
        return [sums[count.key, count.number] for count in told]

    async def close(self) -> None:
        """The database is closed by whoever has opened it."""

    def _add(self, tx: Transaction, told: Sequence[Count]) -> dict[tuple[str, int], Sum]:
        # In one order for all, so that none waits for what another has locked that waits for it.
        ordered = sorted(told, key=lambda count: (count.key, count.number))
        rows = _ADD.all(
            tx,
            keys=[count.key for count in ordered],
            numbers=[count.number for count in ordered],
            counts=[count.sent for count in ordered],
            expire_at=[(count.number + 2) * count.seconds * SECOND for count in ordered],
        )
        if tx.now >= self._clean_at:
            _DELETE_EXPIRED.run(tx, now=tx.now)
            self._clean_at = tx.now + CLEAN_EVERY
        return {(row.key, row.number): Sum(row.total, row.before) for row in rows}
