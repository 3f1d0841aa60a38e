"""Frames, faces and identity: knows no database, no job and no training."""
