"""From a chunk of video to faces followed through it."""
