"""What people say of faces: faces, clusters, decisions, and how they are undone."""
