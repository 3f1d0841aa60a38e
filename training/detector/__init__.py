"""The face detector's training: pictures, patches, targets, loss, and the script itself."""
