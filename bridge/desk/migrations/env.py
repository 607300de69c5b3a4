"""Alembic's entry: runs the migrations on the connection it is handed, in a transaction that is open there already."""

from alembic import context

import bridge.desk.chat_tables
import bridge.desk.coin_tables
import bridge.desk.licence_tables
import bridge.desk.outbox_tables
import bridge.desk.premium_tables
import bridge.desk.sync_tables
import bridge.desk.tables
import bridge.desk.ticket_tables

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=bridge.desk.tables.metadata)
context.run_migrations()
