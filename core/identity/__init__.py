"""From a crop to a character: classifiers, their bundles, and the vote over a track."""
