"""How Alembic runs the migrations: on the connection it is given, one transaction each."""

from alembic import context

from antonnia_server.db.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
