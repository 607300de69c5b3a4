"""Migrations of the desk, run by Alembic. Imported only where a desk is made or migrated."""
