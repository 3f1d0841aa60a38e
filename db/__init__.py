"""The index, on SQLite or Postgres."""
