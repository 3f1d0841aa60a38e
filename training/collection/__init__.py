"""``eyecatch collect``: faces out of pictures, videos, metadata and the web, to be sorted."""
