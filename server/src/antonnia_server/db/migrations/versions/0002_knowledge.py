"""Knowledge: several phrasings of an entry, and bases that are being deleted.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    json = sa.JSON(none_as_null=True).with_variant(
        postgresql.JSONB(none_as_null=True, astext_type=Text()), "postgresql"
    )
    op.add_column("knowledge_bases", sa.Column("deleted_at", sa.BigInteger(), nullable=True))
    for name in ("phrasings", "added_phrasings"):
        op.add_column(
            "knowledge_entries", sa.Column(name, json, nullable=False, server_default="[]")
        )
