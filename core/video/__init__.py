"""Video files: what they hold, how they split into chunks, and their frames."""
