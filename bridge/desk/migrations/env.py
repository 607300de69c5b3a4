"""Alembic's entry: runs the migrations on the connection it is handed, in a transaction that is open there already."""

from alembic import context

from bridge.desk.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata)
context.run_migrations()
