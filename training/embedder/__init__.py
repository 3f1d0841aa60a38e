"""The training of the base embedder, whose weights come with the package."""
