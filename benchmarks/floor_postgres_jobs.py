"""The floor of later work on PostgreSQL: the least that doing a job once can cost here.

Threads that each have a psycopg connection take one job at a time, past those that others are at,
write what came of it and delete it, all in one transaction. No leases, no locks, no rules; prints
how many seconds it took.
"""

from __future__ import annotations

import argparse
import json
import threading
import time

import psycopg

# As many as the platform's.
WORKERS = 8
TABLES = """
CREATE TABLE job (id bigint PRIMARY KEY, due_at bigint NOT NULL, status text NOT NULL);
CREATE INDEX ix_job_due ON job (due_at, id) WHERE status = 'pending';
CREATE TABLE outcome (job bigint PRIMARY KEY, outcome text, closed_at bigint);
"""
FILL = "INSERT INTO job SELECT number, number, 'pending' FROM generate_series(1, %s) AS number"
OPEN = "INSERT INTO outcome (job) SELECT id FROM job"
TAKE = b"""
SELECT id FROM job WHERE status = 'pending' AND due_at <= $1 ORDER BY due_at, id LIMIT 1
FOR UPDATE SKIP LOCKED
"""
CLOSE = b"UPDATE outcome SET outcome = 'silence', closed_at = $1 WHERE job = $2"
DELETE = b"DELETE FROM job WHERE id = $1"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database-url", required=True)
    parser.add_argument("--jobs", type=int, required=True)
    arguments = parser.parse_args()

    with psycopg.connect(arguments.database_url, autocommit=True) as connection:
        connection.execute(TABLES)
        connection.execute(FILL, [arguments.jobs])
        connection.execute(OPEN)
        connection.execute("ANALYZE")
    workers = [threading.Thread(target=work, args=[arguments.database_url]) for _ in range(WORKERS)]
    begin = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print(json.dumps({"seconds": time.perf_counter() - begin}))


def work(url: str) -> None:
    with (
        psycopg.connect(url, autocommit=True, prepare_threshold=0) as connection,
        psycopg.RawCursor(connection) as cursor,
    ):
        while do_one(cursor):
            pass


def do_one(cursor: psycopg.RawCursor[tuple[int]]) -> bool:
    """Whether there was a job left."""
    now = time.time_ns() // 1000
    with cursor.connection.transaction():
        taken = cursor.execute(TAKE, [now]).fetchone()
        if taken is None:
            return False
        cursor.execute(CLOSE, [now, taken[0]])
        cursor.execute(DELETE, [taken[0]])
    return True


if __name__ == "__main__":
    main()
