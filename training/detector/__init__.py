"""The training of the face detector, whose weights come with the package."""
