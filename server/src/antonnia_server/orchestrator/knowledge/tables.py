"""The knowledge bases of an organization and their entries."""

from __future__ import annotations

import sqlalchemy as sa

from antonnia_server.db import ONLY_POSTGRES, Json, metadata, postgres_only

knowledge_bases = sa.Table(
    "knowledge_bases",
    metadata,
    sa.Column("organization_id", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("updated_at", sa.BigInteger, nullable=False),
    # Since when nobody finds it any more; its entries go piece by piece, this row stays.
    sa.Column("deleted_at", sa.BigInteger),
    sa.Column("entry_count", sa.Integer, nullable=False, server_default="0"),
    # Which format of the index answers (see `index`).
    sa.Column("index_format", sa.Integer, nullable=False, server_default="1"),
    # While one of a newer format is written: the number of the last entry that it holds.
    sa.Column("rebuilt_to", sa.Integer),
    # What its own entries taught about when an answer is right; none until that is known.
    sa.Column("calibration", Json),
    sa.UniqueConstraint("organization_id", "name"),
    sqlite_with_rowid=False,
)

# An ordinary rowid table: an answer may be long, and SQLite keeps long rows badly without one.
knowledge_entries = sa.Table(
    "knowledge_entries",
    metadata,
    sa.Column("organization_id", sa.Text, primary_key=True),
    sa.Column("knowledge_id", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    # What the full-text index knows the entry by.
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    # The headings above the entry's own, searched but not answered with.
    sa.Column("context", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    # The file that brought the entry, its place there and what it said: what an import compares.
    # An entry that a person wrote has no file, and its id for a place.
    sa.Column("file_name", sa.Text, nullable=False),
    sa.Column("anchor", sa.Text, nullable=False),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("updated_at", sa.BigInteger, nullable=False),
    # Other ways to ask: those that its author wrote, and those that were added since, which stay
    # when its file is imported again.
    sa.Column("phrasings", Json, nullable=False, server_default="[]"),
    sa.Column("added_phrasings", Json, nullable=False, server_default="[]"),
    sa.ForeignKeyConstraint(
        ["organization_id", "knowledge_id"],
        ["knowledge_bases.organization_id", "knowledge_bases.id"],
    ),
    sa.UniqueConstraint("organization_id", "knowledge_id", "number"),
    sa.UniqueConstraint("organization_id", "knowledge_id", "file_name", "anchor"),
    sa.CheckConstraint("kind IN ('article', 'question')", name="kind"),
)

# Every word of a base that a misspelled one may have been meant as. Words stay when their last
# entry goes: a search asks the index how many entries have one.
knowledge_words = sa.Table(
    "knowledge_words",
    metadata,
    sa.Column("organization_id", sa.Text, primary_key=True),
    sa.Column("knowledge_id", sa.Text, primary_key=True),
    sa.Column("word", sa.Text, primary_key=True),
    sqlite_with_rowid=False,
)


class Lexemes(sa.types.UserDefinedType[str]):
    """PostgreSQL's `tsvector`; that dialect is not loaded at every start only to name it."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "tsvector"


# The full-text index of every base on PostgreSQL; on SQLite each base has a table of its own.
knowledge_lexemes = sa.Table(
    "knowledge_lexemes",
    metadata,
    sa.Column("knowledge_id", sa.Text, primary_key=True),
    sa.Column("format", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    # The stems of both, each after the name of its base, so that no search meets another base's.
    sa.Column("lexemes", Lexemes, nullable=False),
    info=ONLY_POSTGRES,
)
postgres_only(
    knowledge_lexemes,
    "CREATE INDEX ix_knowledge_lexemes ON knowledge_lexemes USING gin (lexemes)",
    # As SQLite stems; PostgreSQL's own configurations also leave words out.
    "CREATE TEXT SEARCH DICTIONARY antonnia_stem (TEMPLATE = snowball, LANGUAGE = porter)",
)
