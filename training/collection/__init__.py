"""Faces collected from pictures, videos, metadata and the web, ready to be sorted."""
