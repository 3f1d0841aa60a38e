"""Migrations of the index, run when it is opened."""
