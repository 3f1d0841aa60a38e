"""Faces in a picture, by detectors behind one protocol."""
