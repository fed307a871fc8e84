"""A process that numbers events and never comes to the commit.

    python holding_numbering.py URL IDLE_SECONDS

It writes how many positions it has given, and stands still in that transaction.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from antonnia_server.clock import SystemClock
from antonnia_server.db import Transaction
from antonnia_server.db.postgres_connection import connect
from antonnia_server.events.service import number_events
from antonnia_server.settings import PostgresLimits

PATIENCE_SECONDS = 600


def hold(url: str, idle_seconds: int) -> None:
    engine = connect(url, PostgresLimits(idle_seconds=idle_seconds))
    with engine.begin() as connection:
        driver: Any = connection.connection.dbapi_connection
        tx = Transaction(connection, driver.cursor(), SystemClock().now())
        print(number_events(tx, at_most=1000), flush=True)
        time.sleep(PATIENCE_SECONDS)


if __name__ == "__main__":
    hold(sys.argv[1], int(sys.argv[2]))
