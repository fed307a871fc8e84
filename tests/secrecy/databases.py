"""Looks for secrets in every column of every table of a database."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
from psycopg import sql
from secrecy.known import Known

# Whoever signs needs the secret itself: here it is, and nowhere else.
SIGNING = {"webhooks": ["secret", "old_secrets"]}
_TABLES = (
    "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
)
_FORMS = "antn_[0-9A-Za-z]{38}|whsec_[0-9A-Za-z+/]{43}="
_HEX_FORMS = "616e746e5f([0-9a-f]{2}){38}|77687365635f([0-9a-f]{2}){44}"


def look_through(place: Path | str, known: Known) -> Iterator[str]:
    """Each secret that is stored, with the column it is in."""
    columns = _of_sqlite(place) if isinstance(place, Path) else _of_postgres(place, known)
    for name, text in columns:
        for found in known.found_in(text):
            yield f"{name} holds {found}"


def _of_sqlite(path: Path) -> Iterator[tuple[str, str]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        if not _is_sound(connection):
            # A test has damaged it: what can be read of the file as it is.
            yield path.name, _text(path.read_bytes())
            return
        made = "SELECT name FROM sqlite_master WHERE type = 'table'"
        for (table,) in connection.execute(made).fetchall():
            cursor = connection.execute(f'SELECT * FROM "{table}"')
            rows = cursor.fetchall()
            if not rows:
                continue
            for described, values in zip(cursor.description, zip(*rows, strict=True), strict=True):
                if described[0] in SIGNING.get(table, ()):
                    continue
                texts = [_text(value) for value in values if isinstance(value, str | bytes)]
                if texts:
                    yield f"{table}.{described[0]}", "\n".join(texts)


def _of_postgres(url: str, known: Known) -> Iterator[tuple[str, str]]:
    """Of the rows in which there may be one; the server looks for them."""
    parts = known.parts
    wanted = "|".join(
        [_FORMS, _HEX_FORMS, *map(_quoted, parts), *(part.encode().hex() for part in parts)]
    )
    with psycopg.connect(url) as connection:
        tables = [name for (name,) in connection.execute(_TABLES)]
        queries = [
            sql.SQL(
                "SELECT {name}, row FROM (SELECT to_jsonb(t) - {but} AS row FROM {table} t) r"
                " WHERE row::text ~ {wanted}"
            ).format(
                name=sql.Literal(table),
                but=sql.SQL("{}::text[]").format(sql.Literal(SIGNING.get(table, []))),
                table=sql.Identifier(table),
                wanted=sql.Literal(wanted),
            )
            for table in tables
        ]
        if not queries:
            return
        for table, row in connection.execute(sql.SQL(" UNION ALL ").join(queries)).fetchall():
            for column, value in row.items():
                text = value if isinstance(value, str) else json.dumps(value)
                if text.startswith("\\x"):
                    text = _text(bytes.fromhex(text[2:]))
                yield f"{table}.{column}", text


def _is_sound(connection: sqlite3.Connection) -> bool:
    try:
        return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
    except sqlite3.DatabaseError:
        return False


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")


def _quoted(part: str) -> str:
    return part.replace("+", r"\+")
