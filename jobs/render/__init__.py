"""Annotated episodes and clips: boxes and names as a subtitle track, or in the picture."""
