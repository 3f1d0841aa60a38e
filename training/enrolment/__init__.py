"""``eyecatch enrol``: a character from a few pictures, without training."""
