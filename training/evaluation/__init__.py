"""``eyecatch evaluate`` and ``evaluate-detector``: how good a bundle or a detector is."""
