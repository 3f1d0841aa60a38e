"""What is asked of an index: SQL that reads."""
