"""``eyecatch review``: the web page on which people name faces and watch who is where."""
