"""eyecatch: which episodes feature whom, for anime and any drawn show."""

__version__ = "0.1.0"
