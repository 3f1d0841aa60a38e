"""What repeats in a series: openings, endings, eyecatches, recaps, previews, reused shots."""
