"""Faces nobody named: embedded, grouped, named by people; names propagate to what looks alike."""
