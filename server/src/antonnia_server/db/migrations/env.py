"""How Alembic runs the migrations: on the connection it is given, one transaction each."""

from alembic import context

from antonnia_server.db.compatibility import remember_compatibility
from antonnia_server.db.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transaction_per_migration=True,
    on_version_apply=remember_compatibility,
)
with context.begin_transaction():
    context.run_migrations()
