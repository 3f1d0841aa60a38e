"""Openings, endings, recaps and what else repeats: found, listed, corrected."""
