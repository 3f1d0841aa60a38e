"""Faces nobody named: looked at, grouped, named by people, followed by what looks alike."""
