"""A season drawn by program, with the truth of every frame beside it."""
