"""The detector learns a show from its own frames: what stands behind ``eyecatch adapt``."""
