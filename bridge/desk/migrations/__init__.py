"""Migrations of the desk, run by Alembic. Imported only by `bridge run` and `bridge desk upgrade`, and only if needed."""
