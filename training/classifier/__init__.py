"""``eyecatch train``: a classifier from folders of faces."""
