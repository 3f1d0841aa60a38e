"""``eyecatch index``: register, scan, commit, decide."""
