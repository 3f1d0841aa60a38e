"""``eyecatch clips``: a character's scenes, cut out."""
