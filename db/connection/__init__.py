"""Engines, transactions, locks, and what goes wrong with a database."""
