"""The names that people gave in an index, as a bundle."""
