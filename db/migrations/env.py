"""Alembic runs this file for each migration; the connection comes from ``upgrade``."""

from __future__ import annotations

from alembic import context

from eyecatch.db.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=True,  # on SQLite too: we begin transactions ourselves
)
with context.begin_transaction():
    context.run_migrations()
