"""The knowledge bases of an organization and their entries."""

from __future__ import annotations

import sqlalchemy as sa

from antonnia_server.db import metadata

knowledge_bases = sa.Table(
    "knowledge_bases",
    metadata,
    sa.Column("organization_id", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("updated_at", sa.BigInteger, nullable=False),
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
    # The file that brought the entry, and its place there: what an import compares.
    sa.Column("file_name", sa.Text, nullable=False),
    sa.Column("anchor", sa.Text, nullable=False),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("updated_at", sa.BigInteger, nullable=False),
    sa.ForeignKeyConstraint(
        ["organization_id", "knowledge_id"],
        ["knowledge_bases.organization_id", "knowledge_bases.id"],
    ),
    sa.UniqueConstraint("organization_id", "knowledge_id", "number"),
    sa.UniqueConstraint("organization_id", "knowledge_id", "file_name", "anchor"),
    sa.CheckConstraint("kind IN ('article', 'question')", name="kind"),
)
